package dev.sandpiper.http;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Waits for a call's turn to look for a connection. Stands behind the interceptors of the caller,
 * which may take their time, and before OkHttp's own.
 */
final class TurnTaking implements Interceptor {
  private final ConnectTurns turns;

  TurnTaking(ConnectTurns turns) {
    this.turns = turns;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    WatchedCall call = WatchedCall.of(chain.call().request());
    ConnectTurns.Turn turn = turns.take(chain.request().url(), call);
    call.hasTurn(turn);
    try {
      return chain.proceed(chain.request());
    } finally {
      turn.endUnlessKept();
    }
  }
}
