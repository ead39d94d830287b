package dev.sandpiper.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.EventListener;

/**
 * Ends a call that was cancelled in the moment before it began to connect. OkHttp would miss that,
 * and cancelling again does nothing: it would wait for the peer's part of a TLS handshake for ever.
 */
final class LateCancel extends EventListener {
  /** Beside the listener that the caller may have set. */
  static EventListener.Factory beside(EventListener.Factory callers) {
    return call -> callers.create(call).plus(new LateCancel());
  }

  @Override
  public void connectStart(Call call, InetSocketAddress address, Proxy proxy) {
    rejectIfStopped(call);
  }

  @Override
  public void secureConnectStart(Call call) {
    rejectIfStopped(call);
  }

  private static void rejectIfStopped(Call call) {
    if (WatchedCall.of(call.request()).stopped() != null) {
      LateCancel.<RuntimeException>fail(new IOException("Canceled"));
    }
  }

  /** OkHttp is written in Kotlin and expects an {@code IOException} where none can be declared. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void fail(IOException failure) throws E {
    throw (E) failure;
  }
}
