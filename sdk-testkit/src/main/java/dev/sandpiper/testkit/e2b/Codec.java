package dev.sandpiper.testkit.e2b;

import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;

/** The two ways in which a message is written. */
enum Codec {
  JSON("json") {
    @Override
    Message read(byte[] bytes, Message prototype) {
      if (bytes.length == 0) {
        throw RpcException.invalid(
            "unmarshal message: zero-length payload is not a valid JSON object");
      }
      try {
        return ProtoJsonReader.read(bytes, prototype);
      } catch (ProtoJsonReader.MalformedException e) {
        throw malformed(prototype, "proto: " + e.getMessage());
      }
    }

    @Override
    byte[] print(Message message) {
      return ProtoJsonWriter.write(message);
    }
  },

  PROTO("proto") {
    @Override
    Message read(byte[] bytes, Message prototype) {
      try {
        return prototype.getParserForType().parseFrom(bytes, ExtensionRegistry.getEmptyRegistry());
      } catch (InvalidProtocolBufferException e) {
        boolean text = String.valueOf(e.getMessage()).contains("UTF-8");
        throw malformed(
            prototype,
            text
                ? "string field contains invalid UTF-8"
                : "proto: cannot parse invalid wire-format data");
      }
    }

    @Override
    byte[] print(Message message) {
      return message.toByteArray();
    }
  };

  private final String wireName;

  Codec(String wireName) {
    this.wireName = wireName;
  }

  /** How content types name it. */
  String wireName() {
    return wireName;
  }

  /**
   * @throws RpcException if the bytes are not such a message
   */
  @SuppressWarnings("unchecked") // a prototype's parser makes messages of its own type
  <Q extends Message> Q parse(byte[] bytes, Q prototype) {
    return (Q) read(bytes, prototype);
  }

  abstract Message read(byte[] bytes, Message prototype);

  abstract byte[] print(Message message);

  private static RpcException malformed(Message prototype, String reason) {
    return RpcException.invalid(
        "unmarshal message: unmarshal into *%s: %s"
            .formatted(prototype.getDescriptorForType().getFullName(), reason));
  }
}
