package dev.sandpiper.testkit.e2b.connect;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.sandpiper.testkit.machine.ExactPath;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The two encodings of messages. */
public enum Codec {
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
    byte[] write(Message message) {
      return ProtoJsonWriter.write(message);
    }

    @Override
    String complaint(FieldDescriptor broken) {
      return "proto: field " + broken.getFullName() + " contains invalid UTF-8";
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
    byte[] write(Message message) {
      return message.toByteArray();
    }

    @Override
    String complaint(FieldDescriptor broken) {
      return "string field contains invalid UTF-8";
    }
  };

  private final String wireName;

  Codec(String wireName) {
    this.wireName = wireName;
  }

  /** Its name in content types. */
  public String wireName() {
    return wireName;
  }

  /**
   * Parses a message.
   *
   * @throws RpcException if the bytes are malformed
   */
  @SuppressWarnings("unchecked") // a prototype's parser makes messages of its own type
  public <Q extends Message> Q parse(byte[] bytes, Q prototype) {
    return (Q) read(bytes, prototype);
  }

  abstract Message read(byte[] bytes, Message prototype);

  /**
   * Writes a message.
   *
   * @throws RpcException if a text in the message is a file name that is not UTF-8
   */
  public byte[] print(Message message) {
    FieldDescriptor broken = brokenText(message);
    if (broken == null) return write(message);
    throw RpcException.internal("marshal message: " + complaint(broken));
  }

  abstract byte[] write(Message message);

  abstract String complaint(FieldDescriptor broken);

  private static @Nullable FieldDescriptor brokenText(Message message) {
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      Object value = field.getValue();
      for (Object element : value instanceof List<?> several ? several : List.of(value)) {
        if (element instanceof String text && !ExactPath.isUtf8(text)) return field.getKey();
        FieldDescriptor broken = element instanceof Message inner ? brokenText(inner) : null;
        if (broken != null) return broken;
      }
    }
    return null;
  }

  private static RpcException malformed(Message prototype, String reason) {
    return RpcException.invalid(
        "unmarshal message: unmarshal into *"
            + prototype.getDescriptorForType().getFullName()
            + ": "
            + reason);
  }
}
