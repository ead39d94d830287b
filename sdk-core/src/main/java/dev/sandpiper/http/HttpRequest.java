package dev.sandpiper.http;

import dev.sandpiper.Failure;
import java.time.Duration;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * One request and what our errors and logs call it. Immutable.
 *
 * @param operation the caller's verb, such as {@code exec}
 * @param subject what it is about; never a secret
 * @param body what to send, if anything
 * @param repetition when it may be sent again
 * @param patience how long it may take as a whole; null for the client's limits
 * @param cancellation what may give it up from outside
 * @param traffic what kind of connection it takes
 */
public record HttpRequest(
    String operation,
    String subject,
    String method,
    HttpUrl url,
    Headers headers,
    @Nullable HttpBody body,
    Repetition repetition,
    @Nullable Patience patience,
    @Nullable Cancellation cancellation,
    Traffic traffic) {

  /** When a request may be sent a second time. */
  public enum Repetition {
    /** Only when it is certain that the peer has seen nothing of it. */
    IF_UNSENT,
    /** Also after a lost connection: sending it twice does no harm. */
    IF_LOST,
    /** Also after a status that tells of a passing trouble: 429, 502, 503, 504. */
    IF_LOST_OR_REFUSED
  }

  /** What a connection is taken for. */
  public enum Traffic {
    /** A request and its answer, of whatever length. */
    CALL,
    /** An answer that goes on for as long as a process runs. */
    PROCESS_STREAM
  }

  /** A request without headers or body that is repeated only if nothing was sent. */
  public static HttpRequest of(String operation, String subject, String method, HttpUrl url) {
    return new HttpRequest(
        operation,
        subject,
        method,
        url,
        Headers.of(),
        null,
        Repetition.IF_UNSENT,
        null,
        null,
        Traffic.CALL);
  }

  public HttpRequest withBody(HttpBody content) {
    return new HttpRequest(
        operation,
        subject,
        method,
        url,
        headers,
        content,
        repetition,
        patience,
        cancellation,
        traffic);
  }

  public HttpRequest withHeader(String name, String value) {
    return withHeaders(headers.newBuilder().set(name, value).build());
  }

  public HttpRequest withHeaders(Headers all) {
    return new HttpRequest(
        operation, subject, method, url, all, body, repetition, patience, cancellation, traffic);
  }

  /** Marks it as harmless when sent twice. */
  public HttpRequest harmless() {
    return with(Repetition.IF_LOST);
  }

  /** Marks it as harmless, and passing refusals as what they are: those of a control plane. */
  public HttpRequest harmlessAndPatient() {
    return with(Repetition.IF_LOST_OR_REFUSED);
  }

  private HttpRequest with(Repetition changed) {
    return new HttpRequest(
        operation, subject, method, url, headers, body, changed, patience, cancellation, traffic);
  }

  /**
   * Gives it up this long after now, however far it is, instead of when the client's response and
   * idle limits say. Reading the answer to its end counts too, though every byte come in time.
   */
  public HttpRequest within(Duration limit) {
    Patience whole = Patience.of(limit);
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, whole, cancellation, traffic);
  }

  /** Waits for its answer until {@code cancellation} is cancelled, however long that is. */
  public HttpRequest until(Cancellation end) {
    Patience endless = Patience.of(Duration.ZERO);
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, endless, end, traffic);
  }

  /** Marks it as the stream of a process. */
  public HttpRequest asProcessStream() {
    return new HttpRequest(
        operation,
        subject,
        method,
        url,
        headers,
        body,
        repetition,
        patience,
        cancellation,
        Traffic.PROCESS_STREAM);
  }

  /** Is given up when {@code end} is cancelled; the limits hold as ever. */
  public HttpRequest cancelledBy(Cancellation end) {
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, patience, end, traffic);
  }

  Limits limits(Limits standard) {
    if (patience == null) {
      return standard;
    }
    Duration whole = patience.limit();
    Duration connect = standard.connect();
    boolean sooner = !whole.isZero() && (connect.isZero() || connect.compareTo(whole) > 0);
    return new Limits(sooner ? whole : connect, Duration.ZERO, Duration.ZERO);
  }

  boolean isOver(long now) {
    return patience != null && patience.isOver(now);
  }

  boolean isHarmless() {
    return repetition != Repetition.IF_UNSENT;
  }

  boolean outlastsRefusals() {
    return repetition == Repetition.IF_LOST_OR_REFUSED;
  }

  /** The beginning of an error about this request. */
  public Failure failure(String observed) {
    return Failure.of(operation, subject, observed).withRetryable(isHarmless());
  }

  /** Verb, method, host and path: what may be logged. */
  @Override
  public String toString() {
    return operation + " " + method + " " + url.host() + url.encodedPath();
  }
}
