package dev.sandpiper.http;

import dev.sandpiper.testing.Patience;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A thread that is blocked in a call, and what came of it. */
final class Caller {
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean flag;

  private Caller(Callable<?> call) {
    thread = new Thread(() -> run(call), "caller");
    thread.setDaemon(true);
  }

  static Caller start(Callable<?> call) {
    Caller caller = new Caller(call);
    caller.thread.start();
    return caller;
  }

  private void run(Callable<?> call) {
    try {
      Object result = call.call();
      failure.complete(new AssertionError("no failure, but " + result));
    } catch (Throwable e) {
      flag = Thread.currentThread().isInterrupted();
      failure.complete(e);
    }
  }

  /** Waits until the call is blocked in code of this class. */
  Caller blockedIn(String className) {
    Patience.until("it is blocked in " + className, () -> Patience.isInside(thread, className));
    return this;
  }

  /** True if the call is in code of this class for a while. */
  boolean staysIn(String className) {
    for (int look = 0; look < 20; look++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
      if (!Patience.isInside(thread, className)) {
        return false;
      }
    }
    return true;
  }

  void interrupt() {
    thread.interrupt();
  }

  /** What the call failed with, which must come within {@code millis}. */
  Throwable failureWithin(long millis)
      throws InterruptedException, ExecutionException, TimeoutException {
    return failure.get(millis, TimeUnit.MILLISECONDS);
  }

  /** The interrupt flag when the call had failed. */
  boolean wasFlagged() {
    return flag;
  }
}
