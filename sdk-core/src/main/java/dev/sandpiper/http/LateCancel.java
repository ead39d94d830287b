package dev.sandpiper.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import okhttp3.Call;
import okhttp3.EventListener;

/**
 * Fails a call that was cancelled just before it began to connect. OkHttp misses such a cancel, and
 * cancelling again does nothing, so the call could wait for the peer's TLS handshake for ever.
 */
final class LateCancel extends EventListener {
  /** Adds this to the listener that the caller may have set. */
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

  /**
   * Throws a checked exception undeclared: OkHttp, written in Kotlin, expects an {@code
   * IOException} from these methods, which do not declare one.
   */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> void fail(IOException failure) throws E {
    throw (E) failure;
  }
}
