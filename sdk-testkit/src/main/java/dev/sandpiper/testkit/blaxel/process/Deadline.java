package dev.sandpiper.testkit.blaxel.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Until when a request waits, if it does not wait for ever. */
final class Deadline {
  private final boolean none;
  private final long end;

  private Deadline(boolean none, long end) {
    this.none = none;
    this.end = end;
  }

  /** So many seconds from now; zero for none. */
  static Deadline in(int seconds) {
    return new Deadline(seconds <= 0, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
  }

  boolean isOver() {
    return !none && System.nanoTime() - end >= 0;
  }

  /** False if the deadline comes first. */
  boolean await(CompletableFuture<Void> event) throws IOException, InterruptedException {
    try {
      if (none) {
        event.get();
      } else {
        event.get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }
}
