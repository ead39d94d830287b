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
 * The head of an answer, and its body as it comes. {@link #cancel()} may be called from any thread
 * and frees a blocked reader; everything else belongs to one thread.
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

  /** All headers, repeated ones and their order kept. */
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
   * The body. Reading blocks; silence above the idle limit, an interrupt and {@link #cancel()} are
   * {@link dev.sandpiper.SandboxException}s, a broken connection is an {@code IOException}.
   */
  public BufferedSource source() {
    return source;
  }

  /**
   * {@link #source()} of a body that is read whole: each response limit has to bring 64 KiB of it,
   * or its end. What comes by drops, each of them in time, would hold its reader for ever.
   */
  BufferedSource pacedSource() {
    body.requirePace();
    return source;
  }

  /** Reads a part of the body whose length the peer has announced; null at the end of the body. */
  @FunctionalInterface
  public interface Reading<T> {
    @Nullable T read() throws IOException;
  }

  /**
   * Waits for the next byte as long as the idle limit allows, and reads what begins with it, of
   * which each response limit has to bring 64 KiB or the end. A length that was garbled would
   * otherwise hold its reader for as long as keep-alives come.
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
   * Waits for all of a short document, where its length is known: after a lost connection it can
   * still be asked for again.
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

  /** From now on a read waits this long at the most, whatever the idle limit is. */
  public void limitIdle(Duration limit) {
    body.limitIdle(limit);
  }

  /**
   * Waits for the first byte of the body, or its end, however long that takes; the idle limit holds
   * from then on.
   */
  public void awaitBody() throws IOException {
    body.limitIdle(Duration.ZERO);
    boolean unused = source.request(1);
    body.restoreIdleLimit();
  }

  /** From now on the body belongs to another call, with which it ends; the idle limit stays. */
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
    throw new MessageTooLongException("a body", limit);
  }

  /**
   * Reads the whole body of an answer that has to be complete.
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
   * Reads the whole body, which has to be one JSON document.
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
   * Reads the whole body, which has to be one JSON array of objects, one by one. See {@link
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
   * The error for an answer that cannot be parsed. From now on nobody else uses its connection,
   * unless that is shared.
   */
  public WireFormatException unreadable(MalformedStreamException cause) {
    call.distrustConnection();
    return new WireFormatException(failure("an answer that cannot be read"), cause);
  }

  /** The time of day, by the client that it came to. */
  public Instant now() {
    return call.time().now();
  }

  Headers sentHeaders() {
    return request.headers();
  }

  /** The beginning of an error about this answer. */
  public Failure failure(String observed) {
    return request.failure(observed).withStatus(status());
  }

  public RateLimitedException rateLimited(Failure failure) {
    return new RateLimitedException(failure.withRetryable(true), retryAfter().orElse(null));
  }

  /** How long the peer asks to wait; empty if it does not say, or says nonsense. */
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
      // What no long can hold is as long as the longest.
      String digits = text.length() > 18 ? "9".repeat(18) : text;
      return Optional.of(Duration.ofSeconds(Long.parseLong(digits)));
    }
    try {
      Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Duration.between(now(), until));
    } catch (DateTimeException e) {
      return Optional.empty(); // neither seconds nor a date: as good as none
    }
  }

  /**
   * Throws what {@link #source()} would throw after a stop. It may hold bytes that came before; who
   * must not deliver them asks here first.
   */
  public void rejectIfStopped() {
    body.rejectIfStopped();
  }

  /** Gives the body up, from any thread. A blocked reader gets a {@code CancelledException}. */
  public void cancel() {
    call.stop(new WatchedCall.Stop.Closed());
  }

  /** Idempotent. A body that was not read to its end costs the connection, and no time. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      try {
        // Closing a live body without this would first try to drain it.
        if (!body.isExhausted()) {
          call.stop(new WatchedCall.Stop.Closed());
        }
        response.close();
      } catch (RuntimeException | Error e) {
        call.abandon();
        ForeignFailure.log("closing an answer", e);
      } finally {
        onClose.run();
      }
    }
  }
}
