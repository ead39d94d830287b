package dev.sandpiper.e2b;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.ConnectEnvelope;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.util.Locale;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Calls a sandbox's Connect services, unary and server-streaming, in binary protobuf.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/">The Connect protocol</a>
 */
final class ConnectClient {
  static final int LONGEST_MESSAGE = 16 << 20;

  private static final String UNARY_TYPE = "application/proto";
  private static final String STREAM_TYPE = "application/connect+proto";

  private final HttpTransport transport;
  private final HttpUrl base;

  ConnectClient(HttpTransport transport, HttpUrl base) {
    this.transport = transport;
    this.base = base;
  }

  /** A request to {@code procedure}, such as {@code process.Process/List}, still without a body. */
  HttpRequest request(String operation, String subject, String procedure) {
    HttpUrl url = base.newBuilder().addPathSegments(procedure).build();
    return HttpRequest.of(operation, subject, "POST", url)
        .withHeader("Connect-Protocol-Version", "1");
  }

  /** Sends one message and waits for the answer. */
  <T> T unary(HttpRequest request, MessageLite message, Parser<T> parser, What missing) {
    HttpRequest complete = request.withBody(HttpBody.of(UNARY_TYPE, message.toByteArray()));
    try (HttpResponse response = transport.send(complete)) {
      requireSuccess(response, UNARY_TYPE, missing);
      return parser.parseFrom(response.readAll(LONGEST_MESSAGE));
    } catch (InvalidProtocolBufferException | MalformedStreamException e) {
      throw new WireFormatException(request.failure("an answer that cannot be read"), e);
    } catch (IOException e) {
      throw new ConnectionLostException(request.failure("the answer broke off"), null, e);
    }
  }

  /** Makes of a message's bytes what its stream is read for. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(byte[] message) throws InvalidProtocolBufferException;
  }

  /** Sends one message and opens the stream of answers. The caller closes it. */
  <T> ConnectStream<T> stream(
      HttpRequest request, MessageLite message, Decoder<T> decoder, What missing) {
    byte[] envelope = ConnectEnvelope.of(message.toByteArray());
    HttpResponse response = transport.send(request.withBody(HttpBody.of(STREAM_TYPE, envelope)));
    try {
      requireSuccess(response, STREAM_TYPE, missing);
      return new ConnectStream<>(request, response, decoder, new EnvdErrors(missing));
    } catch (RuntimeException e) {
      response.close();
      throw e;
    }
  }

  private static void requireSuccess(HttpResponse response, String type, What missing) {
    if (response.status() != 200) {
      throw new EnvdErrors(missing).of(response);
    }
    String actual = mediaType(response.contentType());
    if (!actual.equals(type)) {
      throw new WireFormatException(
          response.failure("an answer of type '" + actual + "' instead of " + type));
    }
  }

  private static String mediaType(@Nullable String contentType) {
    return contentType == null ? "" : contentType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
  }
}
