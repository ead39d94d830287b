package dev.sandpiper.http;

import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.EventListener;

/**
 * Cancels a call again that was cancelled just before it began to connect: OkHttp would not see it,
 * and connect, or wait for the peer's part of a TLS handshake for ever.
 */
final class LateCancel extends EventListener {
  /** Beside the listener that the caller may have set. */
  static EventListener.Factory beside(EventListener.Factory callers) {
    return call -> callers.create(call).plus(new LateCancel());
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    cancelIfStopped(call);
  }

  @Override
  public void secureConnectStart(Call call) {
    cancelIfStopped(call);
  }

  private static void cancelIfStopped(Call call) {
    if (WatchedCall.of(call.request()).stopped() != null) {
      call.cancel();
    }
  }
}
