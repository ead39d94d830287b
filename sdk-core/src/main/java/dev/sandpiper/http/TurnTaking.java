package dev.sandpiper.http;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Waits for a call's turn to look for a connection. Stands behind the interceptors of the caller,
 * which may take their time, and before OkHttp's own.
 */
final class TurnTaking implements Interceptor {
  private final Origins origins;

  TurnTaking(Origins origins) {
    this.origins = origins;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    WatchedCall call = WatchedCall.of(chain.call().request());
    Origins.Turn turn = origins.take(chain.request().url(), call);
    call.hasTurn(turn);
    try {
      return chain.proceed(chain.request());
    } finally {
      turn.endUnlessKept();
    }
  }
}
