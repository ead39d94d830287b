package dev.sandpiper.testkit.blaxel.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How long a request waits, if it has a limit. */
final class Deadline {
  private final boolean none;
  private final long end;

  private Deadline(boolean none, long end) {
    this.none = none;
    this.end = end;
  }

  /** This many seconds from now; zero for no deadline. */
  static Deadline in(int seconds) {
    return new Deadline(seconds <= 0, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
  }

  boolean isOver() {
    return !none && System.nanoTime() - end >= 0;
  }

  /** False if the deadline passes first. */
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
