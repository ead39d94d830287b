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
 * @param terms how it is sent
 */
public record HttpRequest(
    String operation,
    String subject,
    String method,
    HttpUrl url,
    Headers headers,
    @Nullable HttpBody body,
    Terms terms) {

  /**
   * How a request is sent.
   *
   * @param repetition when it may be sent again
   * @param scope the time and the cancellation of the call that it is sent for
   * @param limited whether the client's response and idle limits hold
   * @param traffic what kind of connection it takes
   */
  public record Terms(Repetition repetition, CallScope scope, boolean limited, Traffic traffic) {}

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
    Terms terms = new Terms(Repetition.IF_UNSENT, CallScope.open(), true, Traffic.CALL);
    return new HttpRequest(operation, subject, method, url, Headers.of(), null, terms);
  }

  public HttpRequest withBody(HttpBody content) {
    return new HttpRequest(operation, subject, method, url, headers, content, terms);
  }

  public HttpRequest withHeader(String name, String value) {
    return withHeaders(headers.newBuilder().set(name, value).build());
  }

  public HttpRequest withHeaders(Headers all) {
    return new HttpRequest(operation, subject, method, url, all, body, terms);
  }

  private HttpRequest with(Terms changed) {
    return new HttpRequest(operation, subject, method, url, headers, body, changed);
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
    return with(new Terms(changed, terms.scope(), terms.limited(), terms.traffic()));
  }

  /** Sends it for the call of this scope, with which it ends; the client's limits hold as well. */
  public HttpRequest in(CallScope scope) {
    return with(new Terms(terms.repetition(), scope, terms.limited(), terms.traffic()));
  }

  /**
   * Ends it this long after now, with all its attempts, and instead of when the client's response
   * and idle limits say. Reading the answer to its end counts too, though every byte come in time.
   */
  public HttpRequest within(Duration limit) {
    return in(terms.scope().within(limit)).unlimited();
  }

  /** Waits for its answer as long as its scope allows, whatever the client's limits are. */
  public HttpRequest unlimited() {
    return with(new Terms(terms.repetition(), terms.scope(), false, terms.traffic()));
  }

  public HttpRequest asProcessStream() {
    return with(
        new Terms(terms.repetition(), terms.scope(), terms.limited(), Traffic.PROCESS_STREAM));
  }

  public CallScope scope() {
    return terms.scope();
  }

  Limits limits(Limits standard) {
    return terms.limited()
        ? standard
        : new Limits(standard.connect(), Duration.ZERO, Duration.ZERO);
  }

  boolean isHarmless() {
    return terms.repetition() != Repetition.IF_UNSENT;
  }

  boolean outlastsRefusals() {
    return terms.repetition() == Repetition.IF_LOST_OR_REFUSED;
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
