package dev.sandpiper.http;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The system clock. */
enum SystemTime implements Time {
  TIME;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public <T> T get(CompletableFuture<T> work, long until)
      throws InterruptedException, ExecutionException, TimeoutException {
    return work.get(until - nanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // its callers loop
  public void await(ReentrantLock lock, Condition changed, long until) throws InterruptedException {
    long unused = changed.awaitNanos(until - nanos());
  }

  @Override
  public Timers timers(Timers real) {
    return real;
  }
}
