package dev.sandpiper.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * One request and what our errors and logs call it. Immutable.
 *
 * @param call what is sent, and when it may be sent again
 * @param operation the caller's verb, such as {@code exec}
 * @param subject what it is about; never a secret
 * @param body what to send, if anything
 * @param terms how it is sent
 */
public record HttpRequest(
    ApiCall call,
    String operation,
    String subject,
    HttpUrl url,
    Headers headers,
    @Nullable HttpBody body,
    Terms terms) {

  /**
   * How a request is sent.
   *
   * @param scope the time and the cancellation of the call that it is sent for
   * @param limited whether the client's response and idle limits hold
   * @param traffic what kind of connection it takes
   * @param unread why the answer to the same request could not be read; null for the first one
   */
  public record Terms(
      CallScope scope, boolean limited, Traffic traffic, @Nullable SandboxException unread) {}

  /** What a connection is taken for. */
  public enum Traffic {
    /** A request and its answer, of whatever length. */
    CALL,
    /** An answer that goes on for as long as a process runs. */
    PROCESS_STREAM,
    /** A call over HTTP/1.1, so that it waits for no connection that other calls use. */
    ALONE
  }

  /** A request without headers or body. */
  public static HttpRequest of(ApiCall call, String subject, HttpUrl url) {
    Terms terms = new Terms(CallScope.open(), true, Traffic.CALL, null);
    return new HttpRequest(call, call.rule().verb(), subject, url, Headers.of(), null, terms);
  }

  /** The same as a step of another verb. */
  public HttpRequest withOperation(String verb) {
    return new HttpRequest(call, verb, subject, url, headers, body, terms);
  }

  public HttpRequest withBody(HttpBody content) {
    return new HttpRequest(call, operation, subject, url, headers, content, terms);
  }

  public HttpRequest withJson(JsonNode document) {
    return withBody(HttpBody.of("application/json", Json.write(document)));
  }

  public HttpRequest withHeader(String name, String value) {
    return withHeaders(headers.newBuilder().set(name, value).build());
  }

  public HttpRequest withHeaders(Headers all) {
    return new HttpRequest(call, operation, subject, url, all, body, terms);
  }

  private HttpRequest with(Terms changed) {
    return new HttpRequest(call, operation, subject, url, headers, body, changed);
  }

  /** Sends it for the call of this scope, with which it ends; the client's limits hold as well. */
  public HttpRequest in(CallScope scope) {
    return with(new Terms(scope, terms.limited(), terms.traffic(), terms.unread()));
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
    return with(new Terms(terms.scope(), false, terms.traffic(), terms.unread()));
  }

  public HttpRequest asProcessStream() {
    return with(new Terms(terms.scope(), terms.limited(), Traffic.PROCESS_STREAM, terms.unread()));
  }

  public HttpRequest alone() {
    return with(new Terms(terms.scope(), terms.limited(), Traffic.ALONE, terms.unread()));
  }

  /** The same once more, after an answer that could not be read. */
  HttpRequest after(SandboxException unread) {
    return with(new Terms(terms.scope(), terms.limited(), terms.traffic(), unread));
  }

  public CallScope scope() {
    return terms.scope();
  }

  Limits limits(Limits standard) {
    return terms.limited()
        ? standard
        : new Limits(standard.connect(), Duration.ZERO, Duration.ZERO);
  }

  public String method() {
    return call.rule().method();
  }

  boolean isHarmless() {
    return call.rule().repetition() != ApiCall.Repetition.IF_UNSENT;
  }

  /** True if it can be sent as often as need be. */
  public boolean hasBodyForAll() {
    return body == null || body.isRepeatable();
  }

  /** The beginning of an error about this request. */
  public Failure failure(String observed) {
    return Failure.of(operation, subject, observed).withRetryable(isHarmless());
  }

  /** Verb, method, host and path: what may be logged. */
  @Override
  public String toString() {
    return operation + " " + method() + " " + url.host() + url.encodedPath();
  }
}
