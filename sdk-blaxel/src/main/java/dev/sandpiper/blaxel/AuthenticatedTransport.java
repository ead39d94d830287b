package dev.sandpiper.blaxel;

import dev.sandpiper.http.HttpBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;

/**
 * Adds the account's token to every request. A refusal of the token (401) is one that nothing was
 * done for: the token is renewed once, and the request sent again if its body allows.
 */
record AuthenticatedTransport(HttpTransport next, Tokens tokens) implements HttpTransport {
  static final String HEADER = "X-Blaxel-Authorization";

  @Override
  public HttpResponse send(HttpRequest request) {
    String token = tokens.token(request.scope());
    HttpResponse response = next.send(with(request, token));
    HttpBody body = request.body();
    boolean mayRepeat = body == null || body.isRepeatable();
    if (response.status() != 401 || !tokens.canRenew() || !mayRepeat) {
      return response;
    }
    response.close();
    return next.send(with(request, tokens.insteadOf(token, request.scope())));
  }

  private static HttpRequest with(HttpRequest request, String token) {
    return request.withHeader(HEADER, "Bearer " + token);
  }
}
