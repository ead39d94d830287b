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
 * Calls Connect services, unary and server-streaming, without compression. What their errors mean
 * is for {@link ConnectErrors} to say.
 *
 * @param codec what to speak first
 * @param fallback what to speak from the day on which a server refuses that; the same for nothing
 *     else
 * @param longestMessage bytes that one message may have
 * @param refused becomes true at some time, or never, and stays it; shared by all scopes
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

  /** The header has room for ten digits; above that is as good as no limit. */
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

  /** A request that is still without a body. */
  public HttpRequest request(ApiCall procedure, String subject) {
    return HttpRequest.of(procedure, subject, Routes.of(base, procedure))
        .in(scope)
        .withHeader("Connect-Protocol-Version", "1");
  }

  /** Tells the server how long the call may take. What nobody can tell it stays unsaid. */
  public static HttpRequest telling(Duration timeout, HttpRequest request) {
    boolean fits = timeout.compareTo(Duration.ofMillis(LONGEST_TIMEOUT_MILLIS)) <= 0;
    // Zero or less would be over before it begins.
    return fits && timeout.toMillis() > 0
        ? request.withHeader("Connect-Timeout-Ms", Long.toString(timeout.toMillis()))
        : request;
  }

  /**
   * Sends one message and waits for the answer.
   *
   * @param kind any message of the answer's type
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
   * Sends one message and opens the stream of answers. The caller closes it.
   *
   * @param kind any message of the answers' type
   * @param content what of each answer the stream is read for
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
   * {@link #stream} whose messages somebody else reads.
   *
   * @param messages their reader in the codec that is spoken
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

  /** The head of an answer, and the codec that it was asked in. */
  private record Asked(HttpResponse response, Codec codec) {}

  private Asked send(HttpRequest request, Function<Codec, HttpBody> body) {
    Codec used = refused.get() ? fallback : codec;
    HttpResponse response = transport.send(request.withBody(body.apply(used)));
    if (used == fallback || response.status() != UNSUPPORTED_MEDIA_TYPE) {
      return new Asked(response, used);
    }
    // Refused for its type, which is looked at first: nothing ran, and the request may go again.
    response.close();
    if (refused.compareAndSet(false, true)) {
      log.warn("{}: the sandbox refuses {} and is spoken to in {}", request, used, fallback);
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
