package dev.sandpiper.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;

/** Calls of a platform's REST API, which takes and answers JSON. */
public record JsonApi(HttpTransport transport, HttpUrl base, ControlPlaneErrors errors) {
  private static final int LONGEST_ANSWER = 16 << 20;

  /** The same, whose calls end with {@code scope}. */
  public JsonApi in(CallScope scope) {
    return with(request -> request.in(scope));
  }

  /** The same, whose requests are changed before they are sent. */
  public JsonApi with(UnaryOperator<HttpRequest> change) {
    return new JsonApi(request -> transport.send(change.apply(request)), base, errors);
  }

  /** A request; {@code values} stand for the parts of its route that are in braces, in order. */
  public HttpRequest request(ApiCall call, String subject, String... values) {
    return request(call, subject, Routes.of(base, call, values));
  }

  public static HttpRequest request(ApiCall call, String subject, HttpUrl url) {
    return HttpRequest.of(call, subject, url).withHeader("Accept", "application/json");
  }

  /**
   * Sends a request and returns a success, which the caller closes. Throws whatever else comes.
   *
   * @param missing what a 404 is about
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
   * {@link #send} for a success that {@code read} reads; see {@link HttpTransport#ask}.
   *
   * @param missing what a 404 is about
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
   * {@link #send} for an answer that says no more than that it worked: nothing, or JSON.
   *
   * @throws WireFormatException if it is something else, such as the page of a proxy or of a login,
   *     and so says nothing of the request
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
