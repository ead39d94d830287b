package dev.sandpiper.http;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/** A signal that is given once and that calls wait for until they are stopped. */
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
   * Blocks until the signal is given.
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
          throw new IOException("stopped while waiting for another call to connect");
        }
        LockSupport.park(this); // also unparked by WatchedCall.stop
        call.connecting();
      }
    } finally {
      waiting.remove(thread);
    }
  }
}
