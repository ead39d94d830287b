package dev.sandpiper.e2b;

import com.google.protobuf.Message;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls a sandbox's Connect services, unary and server-streaming. A server that refuses binary
 * protobuf is spoken to in JSON from then on.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/">The Connect protocol</a>
 */
final class ConnectClient {
  static final int LONGEST_MESSAGE = 16 << 20;

  private static final Logger log = LoggerFactory.getLogger(ConnectClient.class);
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  private final HttpTransport transport;
  private final HttpUrl base;

  /** Becomes true at some time, or never; and stays it. */
  private final AtomicBoolean speaksJson;

  /**
   * @param codec what to speak first
   */
  ConnectClient(HttpTransport transport, HttpUrl base, Codec codec) {
    this.transport = transport;
    this.base = base;
    this.speaksJson = new AtomicBoolean(codec == Codec.JSON);
  }

  /** A request to {@code procedure}, such as {@code process.Process/List}, still without a body. */
  HttpRequest request(String operation, String subject, String procedure) {
    HttpUrl url = base.newBuilder().addPathSegments(procedure).build();
    return HttpRequest.of(operation, subject, "POST", url)
        .withHeader("Connect-Protocol-Version", "1");
  }

  /**
   * Sends one message and waits for the answer.
   *
   * @param kind any message of the answer's type
   */
  <M extends Message> M unary(HttpRequest request, Message message, M kind, What missing) {
    Answer answer = send(request, used -> HttpBody.of(used.unaryType(), used.encode(message)));
    try (HttpResponse response = answer.response()) {
      requireSuccess(response, answer.codec().unaryType(), missing);
      return answer.codec().decode(response.readAll(LONGEST_MESSAGE), kind);
    } catch (MalformedStreamException e) {
      throw new WireFormatException(request.failure("an answer that cannot be read"), e);
    } catch (IOException e) {
      throw new ConnectionLostException(request.failure("the answer broke off"), null, e);
    }
  }

  /**
   * Sends one message and opens the stream of answers. The caller closes it.
   *
   * @param kind any message of the answers' type
   * @param content what of each answer the stream is read for
   */
  <M extends Message, T> ConnectStream<T> stream(
      HttpRequest request, Message message, M kind, Function<M, T> content, What missing) {
    Answer answer =
        send(
            request,
            used -> HttpBody.of(used.streamType(), ConnectEnvelope.of(used.encode(message))));
    HttpResponse response = answer.response();
    Codec used = answer.codec();
    try {
      requireSuccess(response, used.streamType(), missing);
      return new ConnectStream<>(
          request,
          response,
          bytes -> content.apply(used.decode(bytes, kind)),
          new EnvdErrors(missing));
    } catch (RuntimeException e) {
      response.close();
      throw e;
    }
  }

  /** The head of an answer, and the codec that it was asked in. */
  private record Answer(HttpResponse response, Codec codec) {}

  private Answer send(HttpRequest request, Function<Codec, HttpBody> body) {
    Codec used = speaksJson.get() ? Codec.JSON : Codec.BINARY;
    HttpResponse response = transport.send(request.withBody(body.apply(used)));
    if (used == Codec.JSON || response.status() != UNSUPPORTED_MEDIA_TYPE) {
      return new Answer(response, used);
    }
    // Refused for its type, which is looked at first: nothing ran, and the request may go again.
    response.close();
    if (speaksJson.compareAndSet(false, true)) {
      log.warn("{}: the sandbox refuses binary protobuf and is spoken to in JSON", request);
    }
    return new Answer(transport.send(request.withBody(body.apply(Codec.JSON))), Codec.JSON);
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
