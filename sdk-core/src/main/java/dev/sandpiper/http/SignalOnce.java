package dev.sandpiper.http;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** Something that happens once. Calls wait for it until they are stopped. */
final class SignalOnce {
  private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean come;

  /** Wakes all waiting calls. Idempotent. */
  void come() {
    come = true;
    waiting.forEach(LockSupport::unpark);
  }

  /** Restarts the limits of all waiting calls, because there was progress. */
  void comesNearer() {
    waiting.forEach(LockSupport::unpark);
  }

  boolean hasCome() {
    return come;
  }

  /**
   * Blocks until it has come.
   *
   * @throws IOException if the call is stopped first, or its thread interrupted
   */
  void await(WatchedCall call) throws IOException {
    Thread thread = Thread.currentThread();
    waiting.add(thread);
    try {
      while (!come) {
        if (thread.isInterrupted()) {
          call.stop(new WatchedCall.Stop.Interrupted());
        }
        if (call.stopped() != null) {
          throw new IOException("stopped while it waited for others to connect");
        }
        LockSupport.park(this); // WatchedCall.stop ends this too
        call.connecting();
      }
    } finally {
      waiting.remove(thread);
    }
  }
}
