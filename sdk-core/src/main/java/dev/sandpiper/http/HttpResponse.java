package dev.sandpiper.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.MessageTooLongException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * The status and headers of a response, and its body as a stream. {@link #cancel()} may be called
 * from any thread and unblocks a blocked reader; the other methods must be called by one thread.
 */
public final class HttpResponse implements AutoCloseable {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofDays(1);
  private static final long LONGEST_AWAITED = 64 << 10;
  private static final Set<String> DOCUMENTS = Set.of("application/json", "application/proto");

  private final HttpRequest request;
  private final Response response;
  private final WatchedCall call;
  private final Runnable onClose;
  private final WatchedSource body;
  private final BufferedSource source;
  private final AtomicBoolean closed = new AtomicBoolean();

  HttpResponse(
      HttpRequest request,
      Response response,
      WatchedCall call,
      CallErrors errors,
      Runnable onClose) {
    this.request = request;
    this.response = response;
    this.call = call;
    this.onClose = onClose;
    this.body = new WatchedSource(response.body(), call, errors);
    this.source = Okio.buffer(body);
  }

  public int status() {
    return response.code();
  }

  /** The last header of this name; null if there is none. */
  public @Nullable String header(String name) {
    if (name.equalsIgnoreCase("Retry-After")) {
      return call.retryAfter();
    }
    return response.header(name);
  }

  /** All headers, in order, including repeated ones. */
  public Headers headers() {
    String retryAfter = call.retryAfter();
    return retryAfter == null
        ? response.headers()
        : response.headers().newBuilder().addUnsafeNonAscii("Retry-After", retryAfter).build();
  }

  /** The whole content type; null if there is none. */
  public @Nullable String contentType() {
    return response.header("Content-Type");
  }

  /**
   * The body. Reading blocks. Exceeding the idle limit, an interrupt and {@link #cancel()} throw
   * {@link dev.sandpiper.SandboxException}s; a lost connection throws {@code IOException}.
   */
  public BufferedSource source() {
    return source;
  }

  /**
   * Like {@link #source()}, for a body that is read whole: at least 64 KiB, or the end, must arrive
   * within each response limit. Otherwise a body that trickles in, each byte within the idle limit,
   * would block its reader for ever.
   */
  BufferedSource pacedSource() {
    body.requirePace();
    return source;
  }

  /**
   * Reads a part of the body whose length the peer has announced. Returns null at the end of the
   * body.
   */
  @FunctionalInterface
  public interface Reading<T> {
    @Nullable T read() throws IOException;
  }

  /**
   * Waits for the next byte within the idle limit, then reads the part that begins with it, of
   * which at least 64 KiB, or the end, must arrive within each response limit. Otherwise a corrupt
   * length would block the reader for as long as keep-alives arrive.
   */
  public <T> @Nullable T atPace(Reading<T> reading) throws IOException {
    if (source.request(1)) {
      body.requirePace();
    }
    try {
      return reading.read();
    } finally {
      body.allowPauses();
    }
  }

  /**
   * Waits for the whole of a short document if its length is known, because after a lost connection
   * the request can still be retried.
   *
   * @throws ConnectionLostException if the connection closes before its end
   */
  void awaitDocument() {
    long length = response.body().contentLength();
    if (length <= 0 || length > LONGEST_AWAITED || !DOCUMENTS.contains(mediaType())) {
      return;
    }
    try {
      pacedSource().request(length);
    } catch (IOException e) {
      close();
      throw new ConnectionLostException(failure("the connection closed in mid-response"), null, e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private String mediaType() {
    MediaType type = response.body().contentType();
    return type == null ? "" : type.type() + "/" + type.subtype();
  }

  /** Replaces the idle limit for further reads. */
  public void limitIdle(Duration limit) {
    body.limitIdle(limit);
  }

  /**
   * Waits without a limit for the first byte of the body, or its end. The idle limit applies from
   * then on.
   */
  public void awaitBody() throws IOException {
    body.limitIdle(Duration.ZERO);
    boolean unused = source.request(1);
    body.restoreIdleLimit();
  }

  /**
   * Makes the body a part of another call, with whose scope it ends. The idle limit still applies.
   */
  public void continueIn(CallScope scope) {
    call.moveTo(scope);
  }

  /**
   * Reads the whole body.
   *
   * @throws MessageTooLongException if it is longer than {@code limit} bytes
   */
  public byte[] readAll(int limit) throws IOException {
    BufferedSource paced = pacedSource();
    Buffer buffer = new Buffer();
    while (buffer.size() <= limit) {
      if (paced.read(buffer, limit + 1L - buffer.size()) < 0) {
        return buffer.readByteArray();
      }
    }
    throw new MessageTooLongException("the body", limit);
  }

  /**
   * Reads the whole body, which must be complete.
   *
   * @throws WireFormatException if it is longer than {@code limit} bytes
   * @throws ConnectionLostException if the connection closes before its end
   */
  public byte[] bytes(int limit) {
    try {
      return readAll(limit);
    } catch (MalformedStreamException e) {
      throw unreadable(e);
    } catch (IOException e) {
      throw new ConnectionLostException(failure("the connection closed in mid-response"), null, e);
    }
  }

  /**
   * Reads the whole body, which must be one JSON document.
   *
   * @throws WireFormatException if it is not, or is longer than {@code limit} bytes
   * @throws ConnectionLostException if the connection closes before its end
   */
  public JsonNode json(int limit) {
    try {
      return Json.parse(bytes(limit));
    } catch (MalformedStreamException e) {
      throw unreadable(e);
    }
  }

  /**
   * Reads the whole body, which must be one JSON array of objects, one object at a time. See {@link
   * Json#objects}.
   *
   * @throws WireFormatException if it is not
   * @throws ConnectionLostException if the connection closes before its end
   */
  public void objects(Set<String> skipped, int most, Consumer<JsonNode> each) {
    try {
      Json.objects(pacedSource().inputStream(), skipped, most, each);
    } catch (MalformedStreamException e) {
      throw unreadable(e);
    } catch (IOException e) {
      throw new ConnectionLostException(failure("the connection closed in mid-response"), null, e);
    }
  }

  /**
   * The error of a response that cannot be parsed. Its connection is not used again, unless other
   * calls share it.
   */
  public WireFormatException unreadable(MalformedStreamException cause) {
    call.distrustConnection();
    return new WireFormatException(failure("the response cannot be parsed"), cause);
  }

  /** The current time, by the client's clock. */
  public Instant now() {
    return call.time().now();
  }

  Headers sentHeaders() {
    return request.headers();
  }

  /** A failure of this request, with the response's status and request id. */
  public Failure failure(String observed) {
    return request.failure(observed).withStatus(status());
  }

  public RateLimitedException rateLimited(Failure failure) {
    return new RateLimitedException(
        withRetryAfter(failure).withRetryable(true), retryAfter().orElse(null));
  }

  /**
   * Adds the pause that the response asks for, which was too long or came after the last attempt.
   */
  Failure withRetryAfter(Failure failure) {
    Duration asked = retryAfter().orElse(Duration.ZERO);
    return asked.isZero()
        ? failure
        : failure.withObserved(
            failure.observed()
                + "; the response asks to wait "
                + Durations.text(asked)
                + " (Retry-After)");
  }

  /** The {@code Retry-After} header as a duration; empty if it is missing or invalid. */
  public Optional<Duration> retryAfter() {
    String text = call.retryAfter();
    if (text == null) {
      return Optional.empty();
    }
    return parseRetryAfter(text)
        .map(wait -> wait.isNegative() ? Duration.ZERO : wait)
        .map(wait -> wait.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : wait);
  }

  private Optional<Duration> parseRetryAfter(String text) {
    if (text.matches("\\d+")) {
      // More digits than a long holds mean the maximum.
      String digits = text.length() > 18 ? "9".repeat(18) : text;
      return Optional.of(Duration.ofSeconds(Long.parseLong(digits)));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(now(), until));
    } catch (DateTimeException e) {
      return Optional.empty(); // neither seconds nor a date: ignored
    }
  }

  /**
   * Throws what {@link #source()} would throw after a stop. The source may still have buffered
   * bytes; a caller that must not deliver them after a stop calls this first.
   */
  public void rejectIfStopped() {
    body.rejectIfStopped();
  }

  /**
   * Cancels the call. A blocked reader gets a {@code CancelledException}. May be called from any
   * thread.
   */
  public void cancel() {
    call.stop(new WatchedCall.Stop.Closed());
  }

  /**
   * Idempotent and does not block. If the body was not read to its end, its connection is not
   * reused.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        // OkHttp would first try to drain an unfinished body, which may block.
        if (!body.isExhausted()) {
          call.stop(new WatchedCall.Stop.Closed());
        }
        response.close();
      } catch (RuntimeException | Error e) {
        call.abandon();
        ForeignFailure.log("closing a response", e);
      } finally {
        onClose.run();
      }
    }
  }
}
