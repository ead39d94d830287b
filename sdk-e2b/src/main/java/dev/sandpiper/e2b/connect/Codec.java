package dev.sandpiper.e2b.connect;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;

/**
 * How one message becomes bytes and back, and what the Connect protocol calls that.
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
          // It parses into its own class, which the library's signature forgets.
          @SuppressWarnings("unchecked")
          Parser<M> parser = (Parser<M>) kind.getParserForType();
          try {
            return parser.parseFrom(bytes);
          } catch (InvalidProtocolBufferException e) {
            throw new MalformedStreamException(
                "a message that is not valid protobuf of its type", e);
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
          // The parser would read a replacement for what is none, and files have names.
          if (!UnsafeByteOperations.unsafeWrap(bytes).isValidUtf8()) {
            throw new MalformedStreamException("JSON that is no UTF-8");
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

  /** The codec that a caller chose. */
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

  /** What the protocol calls it. */
  @Override
  public String toString() {
    return name;
  }

  /** The message in one piece, without an envelope. */
  public abstract byte[] encode(Message message);

  /**
   * The message in {@code bytes}.
   *
   * @param kind any message of its type
   * @throws MalformedStreamException if it is not of that type
   */
  public abstract <M extends Message> M decode(byte[] bytes, M kind)
      throws MalformedStreamException;
}
