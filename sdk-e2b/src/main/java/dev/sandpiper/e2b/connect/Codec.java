package dev.sandpiper.e2b.connect;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;

/**
 * Encodes and decodes the messages of the Connect protocol.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/">The Connect protocol</a>
 */
public abstract class Codec {
  public static final Codec BINARY =
      new Codec("proto") {
        @Override
        public byte[] encode(Message message) {
          return message.toByteArray();
        }

        @Override
        public <M extends Message> M decode(byte[] bytes, M kind) throws MalformedStreamException {
          // The parser returns an instance of kind's own class, but is not typed so.
          @SuppressWarnings("unchecked")
          Parser<M> parser = (Parser<M>) kind.getParserForType();
          try {
            return parser.parseFrom(bytes);
          } catch (InvalidProtocolBufferException e) {
            throw new MalformedStreamException("invalid protobuf for its message type", e);
          }
        }
      };

  public static final Codec JSON =
      new Codec("json") {
        @Override
        public byte[] encode(Message message) {
          return Json.write(MessageToJson.write(message));
        }

        @Override
        public <M extends Message> M decode(byte[] bytes, M kind) throws MalformedStreamException {
          // The parser would replace invalid bytes silently, which would change file names.
          if (!UnsafeByteOperations.unsafeWrap(bytes).isValidUtf8()) {
            throw new MalformedStreamException("JSON that is not valid UTF-8");
          }
          return JsonToMessage.read(Json.parse(bytes), kind);
        }
      };

  private final String name;
  private final String unaryType;
  private final String streamType;

  Codec(String name) {
    this.name = name;
    this.unaryType = "application/" + name;
    this.streamType = "application/connect+" + name;
  }

  /** The codec for a caller's option. */
  public static Codec of(E2bCodec option) {
    return switch (option) {
      case BINARY -> BINARY;
      case JSON -> JSON;
    };
  }

  public String unaryType() {
    return unaryType;
  }

  public String streamType() {
    return streamType;
  }

  /** The codec's name in the protocol. */
  @Override
  public String toString() {
    return name;
  }

  /** Encodes a message, without an envelope. */
  public abstract byte[] encode(Message message);

  /**
   * Decodes the message in {@code bytes}.
   *
   * @param kind any message of the expected type
   * @throws MalformedStreamException if it is not of that type
   */
  public abstract <M extends Message> M decode(byte[] bytes, M kind)
      throws MalformedStreamException;
}
