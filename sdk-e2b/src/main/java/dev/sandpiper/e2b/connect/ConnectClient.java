package dev.sandpiper.e2b.connect;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.Message;
import dev.sandpiper.http.ApiCall;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.wire.ConnectEnvelope;
import dev.sandpiper.wire.ConnectStreamReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.MessageReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls Connect services, unary and server-streaming, without compression. {@link ConnectErrors}
 * maps their errors.
 *
 * @param codec the preferred codec
 * @param fallback the codec to use once a server has rejected {@code codec}; equal to it for none
 * @param longestMessage the maximum length of a message in bytes
 * @param refused set to true once a server has rejected {@code codec}; shared by all scopes
 * @see <a href="https://connectrpc.com/docs/protocol/">The Connect protocol</a>
 */
public record ConnectClient(
    HttpTransport transport,
    HttpUrl base,
    Codec codec,
    Codec fallback,
    int longestMessage,
    AtomicBoolean refused,
    CallScope scope) {
  private static final Logger log = LoggerFactory.getLogger(ConnectClient.class);
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;

  /** The header allows ten digits; a longer timeout is not sent. */
  private static final long LONGEST_TIMEOUT_MILLIS = 9_999_999_999L;

  public ConnectClient(
      HttpTransport transport,
      HttpUrl base,
      Codec codec,
      Codec fallback,
      int longestMessage,
      CallScope scope) {
    this(transport, base, codec, fallback, longestMessage, new AtomicBoolean(), scope);
  }

  public ConnectClient in(CallScope call) {
    return new ConnectClient(transport, base, codec, fallback, longestMessage, refused, call);
  }

  /** A request without a body so far. */
  public HttpRequest request(ApiCall procedure, String subject) {
    return HttpRequest.of(procedure, subject, Routes.of(base, procedure))
        .in(scope)
        .withHeader("Connect-Protocol-Version", "1");
  }

  /** Adds the call's timeout as a header, if it can be expressed there. */
  public static HttpRequest telling(Duration timeout, HttpRequest request) {
    boolean fits = timeout.compareTo(Duration.ofMillis(LONGEST_TIMEOUT_MILLIS)) <= 0;
    // Zero or less would time out before it begins.
    return fits && timeout.toMillis() > 0
        ? request.withHeader("Connect-Timeout-Ms", Long.toString(timeout.toMillis()))
        : request;
  }

  /**
   * Sends one message and waits for the response.
   *
   * @param kind any message of the response type
   */
  public <M extends Message> ConnectAnswer<M> unary(
      HttpRequest request, Message message, M kind, ConnectErrors errors) {
    AtomicReference<Codec> used = new AtomicReference<>(codec);
    HttpTransport speaking =
        attempt -> {
          Asked asked = send(attempt, each -> HttpBody.of(each.unaryType(), each.encode(message)));
          used.set(asked.codec());
          return asked.response();
        };
    return speaking.ask(
        request, response -> answer(response, requireNonNull(used.get()), kind, errors));
  }

  private <M extends Message> ConnectAnswer<M> answer(
      HttpResponse response, Codec used, M kind, ConnectErrors errors) {
    try {
      requireSuccess(response, used.unaryType(), "Content-Encoding", errors);
      M answer = used.decode(response.bytes(longestMessage), kind);
      return new ConnectAnswer<>(answer, response.headers());
    } catch (MalformedStreamException e) {
      throw response.unreadable(e);
    }
  }

  /**
   * Sends one message and opens the stream of responses. The caller closes it.
   *
   * @param kind any message of the response type
   * @param content extracts the relevant part of each response
   */
  public <M extends Message, T> ConnectStream<T> stream(
      HttpRequest request, Message message, M kind, Function<M, T> content, ConnectErrors errors) {
    return stream(
        request,
        message,
        used -> (source, length) -> content.apply(used.decode(source.readByteArray(length), kind)),
        errors);
  }

  /**
   * Like {@link #stream}, with a custom reader of the messages.
   *
   * @param messages returns the reader for a codec
   */
  public <T> ConnectStream<T> stream(
      HttpRequest request,
      Message message,
      Function<Codec, MessageReader<T>> messages,
      ConnectErrors errors) {
    Asked asked =
        send(
            request,
            used -> HttpBody.of(used.streamType(), ConnectEnvelope.of(used.encode(message))));
    HttpResponse response = asked.response();
    Codec used = asked.codec();
    try {
      requireSuccess(response, used.streamType(), "Connect-Content-Encoding", errors);
      return new ConnectStream<>(
          request,
          response,
          new ConnectStreamReader(response.source(), longestMessage),
          messages.apply(used),
          errors);
    } catch (RuntimeException e) {
      response.close();
      throw e;
    }
  }

  /** A response, and the codec of its request. */
  private record Asked(HttpResponse response, Codec codec) {}

  private Asked send(HttpRequest request, Function<Codec, HttpBody> body) {
    Codec used = refused.get() ? fallback : codec;
    HttpResponse response = transport.send(request.withBody(body.apply(used)));
    if (used == fallback || response.status() != UNSUPPORTED_MEDIA_TYPE) {
      return new Asked(response, used);
    }
    // The server checks the content type first, so nothing ran and the request may be sent again.
    response.close();
    if (refused.compareAndSet(false, true)) {
      log.warn("{}: the sandbox does not accept {}, switching to {}", request, used, fallback);
    }
    return new Asked(transport.send(request.withBody(body.apply(fallback))), fallback);
  }

  private static void requireSuccess(
      HttpResponse response, String type, String encodingHeader, ConnectErrors errors) {
    Optional<ConnectFailure> failure = ConnectFailure.in(response, type, encodingHeader);
    if (failure.isPresent()) {
      throw errors.of(failure.get());
    }
  }
}
