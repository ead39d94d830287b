package dev.sandpiper.http;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Lets each call reach the network once. OkHttp repeats requests by itself even with its retries
 * off ({@code 503} with {@code Retry-After: 0}, {@code 421}); here the header that provokes it is
 * taken out of its sight, and a second attempt is refused.
 */
final class SingleAttempt implements Interceptor {
  private static final String RETRY_AFTER = "Retry-After";

  @Override
  public Response intercept(Chain chain) throws IOException {
    WatchedCall call = requireNonNull(chain.request().tag(WatchedCall.class), "watched call");
    if (!call.markSent()) {
      throw new IOException("a silent second attempt was refused");
    }
    call.awaitingResponse();
    Response response = chain.proceed(chain.request());
    String retryAfter = response.header(RETRY_AFTER);
    if (retryAfter == null) {
      return response;
    }
    call.keepRetryAfter(retryAfter);
    return response.newBuilder().removeHeader(RETRY_AFTER).build();
  }
}
