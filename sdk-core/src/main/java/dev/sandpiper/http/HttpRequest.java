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
 * @param patience how long to wait for the head and between bytes; null for the client's limits
 * @param cancellation what may give it up from outside
 */
public record HttpRequest(
    String operation,
    String subject,
    String method,
    HttpUrl url,
    Headers headers,
    @Nullable HttpBody body,
    Repetition repetition,
    @Nullable Duration patience,
    @Nullable Cancellation cancellation) {

  /** When a request may be sent a second time. */
  public enum Repetition {
    /** Only when it is certain that the peer has seen nothing of it. */
    IF_UNSENT,
    /** Also after a lost connection: sending it twice does no harm. */
    IF_LOST,
    /** Also after a status that tells of a passing trouble: 429, 502, 503, 504. */
    IF_LOST_OR_REFUSED
  }

  /** A request without headers or body that is repeated only if nothing was sent. */
  public static HttpRequest of(String operation, String subject, String method, HttpUrl url) {
    return new HttpRequest(
        operation, subject, method, url, Headers.of(), null, Repetition.IF_UNSENT, null, null);
  }

  public HttpRequest withBody(HttpBody content) {
    return new HttpRequest(
        operation, subject, method, url, headers, content, repetition, patience, cancellation);
  }

  public HttpRequest withHeader(String name, String value) {
    return withHeaders(headers.newBuilder().set(name, value).build());
  }

  public HttpRequest withHeaders(Headers all) {
    return new HttpRequest(
        operation, subject, method, url, all, body, repetition, patience, cancellation);
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
        operation, subject, method, url, headers, body, changed, patience, cancellation);
  }

  /** Waits this long instead of as long as the client's response and idle limits say. */
  public HttpRequest within(Duration limit) {
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, limit, cancellation);
  }

  /** Waits for its answer until {@code cancellation} is cancelled, however long that is. */
  public HttpRequest until(Cancellation end) {
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, Duration.ZERO, end);
  }

  /** Is given up when {@code end} is cancelled; the limits hold as ever. */
  public HttpRequest cancelledBy(Cancellation end) {
    return new HttpRequest(
        operation, subject, method, url, headers, body, repetition, patience, end);
  }

  Limits limits(Limits standard) {
    if (patience == null) {
      return standard;
    }
    if (patience.isZero()) {
      return new Limits(standard.connect(), Duration.ZERO, Duration.ZERO);
    }
    boolean sooner = standard.connect().isZero() || standard.connect().compareTo(patience) > 0;
    Duration connect = sooner ? patience : standard.connect();
    return new Limits(connect, patience, patience);
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
