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
 * One request, with its names for errors and logs. Immutable.
 *
 * @param call the API call and its retry rule
 * @param operation the caller's operation, such as {@code exec}
 * @param subject what the operation is about; never a secret
 * @param body null for a request without a body
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
   * @param scope the deadline and cancellation of the call that it is sent for
   * @param limited whether the client's response and idle limits apply
   * @param traffic the kind of connection to use
   * @param unread why the response to the previous attempt could not be read; null on the first
   *     attempt
   */
  public record Terms(
      CallScope scope, boolean limited, Traffic traffic, @Nullable SandboxException unread) {}

  /** What a connection is used for. */
  public enum Traffic {
    /** A request and its response, of whatever length. */
    CALL,
    /** A response that lasts as long as a process runs. */
    PROCESS_STREAM,
    /** A call over HTTP/1.1, so that it does not share a connection with other calls. */
    ALONE
  }

  /** A request without headers or body. */
  public static HttpRequest of(ApiCall call, String subject, HttpUrl url) {
    Terms terms = new Terms(CallScope.open(), true, Traffic.CALL, null);
    return new HttpRequest(call, call.rule().verb(), subject, url, Headers.of(), null, terms);
  }

  /** The same request as a step of another operation. */
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

  /**
   * Sends it on behalf of the call with this scope, with which it ends. The client's limits also
   * apply.
   */
  public HttpRequest in(CallScope scope) {
    return with(new Terms(scope, terms.limited(), terms.traffic(), terms.unread()));
  }

  /**
   * Limits it, with all retries and with reading the response to its end, to this long from now.
   * Replaces the client's response and idle limits.
   */
  public HttpRequest within(Duration limit) {
    return in(terms.scope().within(limit)).unlimited();
  }

  /** Waits for its response as long as its scope allows, without the client's limits. */
  public HttpRequest unlimited() {
    return with(new Terms(terms.scope(), false, terms.traffic(), terms.unread()));
  }

  public HttpRequest asProcessStream() {
    return with(new Terms(terms.scope(), terms.limited(), Traffic.PROCESS_STREAM, terms.unread()));
  }

  public HttpRequest alone() {
    return with(new Terms(terms.scope(), terms.limited(), Traffic.ALONE, terms.unread()));
  }

  /** The same request again, after a response that could not be read. */
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

  /** True if its body, if any, can be sent again. */
  public boolean hasBodyForAll() {
    return body == null || body.isRepeatable();
  }

  /** A failure of this request. */
  public Failure failure(String observed) {
    return Failure.of(operation, subject, observed).withRetryable(isHarmless());
  }

  /** Operation, method, host and path, which may be logged. */
  @Override
  public String toString() {
    return operation + " " + method() + " " + url.host() + url.encodedPath();
  }
}
