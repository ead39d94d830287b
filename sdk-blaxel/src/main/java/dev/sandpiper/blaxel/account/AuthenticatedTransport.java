package dev.sandpiper.blaxel.account;

import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Retries;
import java.time.Duration;

/**
 * Adds the account's token to every request. A request that is rejected for its token (401) was not
 * processed: the token is renewed once, and the request sent again if its body is repeatable.
 */
public record AuthenticatedTransport(HttpTransport next, Tokens tokens, Retries retries)
    implements HttpTransport {
  public static final String HEADER = "X-Blaxel-Authorization";

  @Override
  public HttpResponse send(HttpRequest request) {
    String token = tokens.token(request.scope());
    HttpResponse response = next.send(with(request, token));
    if (response.status() != 401 || !tokens.canRenew()) {
      return response;
    }
    Verdict verdict = request.hasBodyForAll() ? Verdict.REPEATED : Verdict.BODY_READ_ONCE;
    if (!retries.tell(request, 1, response, verdict, Duration.ZERO)) {
      return response;
    }
    response.close();
    return next.send(with(request, tokens.insteadOf(token, request.scope())));
  }

  private static HttpRequest with(HttpRequest request, String token) {
    return request.withHeader(HEADER, "Bearer " + token);
  }
}
