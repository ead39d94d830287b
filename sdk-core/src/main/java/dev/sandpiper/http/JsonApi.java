package dev.sandpiper.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;

/** Calls of a platform's JSON REST API. */
public record JsonApi(HttpTransport transport, HttpUrl base, ControlPlaneErrors errors) {
  private static final int LONGEST_ANSWER = 16 << 20;

  /** The same API, whose calls end with {@code scope}. */
  public JsonApi in(CallScope scope) {
    return with(request -> request.in(scope));
  }

  /** The same API, whose requests are changed before they are sent. */
  public JsonApi with(UnaryOperator<HttpRequest> change) {
    return new JsonApi(request -> transport.send(change.apply(request)), base, errors);
  }

  /** A request. {@code values} replace the parts of its route in braces, in order. */
  public HttpRequest request(ApiCall call, String subject, String... values) {
    return request(call, subject, Routes.of(base, call, values));
  }

  public static HttpRequest request(ApiCall call, String subject, HttpUrl url) {
    return HttpRequest.of(call, subject, url).withHeader("Accept", "application/json");
  }

  /**
   * Sends a request and returns a successful response, which the caller closes. Throws for any
   * other status.
   *
   * @param missing what was not found if the status is 404
   */
  public HttpResponse send(HttpRequest request, What missing) {
    HttpResponse response = transport.send(request);
    try {
      requireSuccess(response, missing);
      return response;
    } catch (RuntimeException e) {
      response.close();
      throw e;
    }
  }

  /**
   * Like {@link #send}, and reads the successful response with {@code read}; see {@link
   * HttpTransport#ask}.
   *
   * @param missing what was not found if the status is 404
   */
  public <T> T ask(HttpRequest request, What missing, Function<HttpResponse, T> read) {
    return transport.ask(
        request,
        response -> {
          requireSuccess(response, missing);
          return read.apply(response);
        });
  }

  private void requireSuccess(HttpResponse response, What missing) {
    if (response.status() < 200 || response.status() >= 300) {
      throw errors.of(response, missing);
    }
  }

  /**
   * Like {@link #send}, for a response without content of interest: empty or JSON.
   *
   * @throws WireFormatException if the body is anything else, such as a proxy's or a login page,
   *     which does not show that the request succeeded
   */
  public void require(HttpRequest request, What missing) {
    try (HttpResponse response = send(request, missing)) {
      if (ErrorBody.of(response).isForeign()) {
        throw new WireFormatException(response.failure(ErrorBody.FOREIGN));
      }
    }
  }

  public static JsonNode json(HttpResponse response) {
    return response.json(LONGEST_ANSWER);
  }
}
