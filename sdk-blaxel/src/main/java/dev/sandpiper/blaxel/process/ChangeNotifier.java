package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.Time;
import java.util.function.Predicate;

/**
 * Wakes the readers of one process: counters, and a condition that is signalled on each change.
 * Only a hint, because a watch may lose and duplicate events. Thread-safe.
 */
final class ChangeNotifier {
  /**
   * The counters so far. A reader keeps the last snapshot that it saw; a counter that differs means
   * news.
   *
   * @param stdout writes to stdout, which the reader reads at its own position
   * @param stderr writes to stderr
   * @param changes changes that only a listing shows
   * @param wakes other reasons to check the process
   */
  record Counters(long stdout, long stderr, long changes, long wakes) {
    long written(Channel channel) {
      return channel == Channel.STDERR ? stderr : stdout;
    }

    private long withoutWrites() {
      return changes + wakes;
    }
  }

  private final Monitor monitor;
  private Counters counters = new Counters(0, 0, 0, 0); // guarded by the monitor

  ChangeNotifier(Time time) {
    monitor = new Monitor(time);
  }

  void written(Channel channel) {
    boolean isStderr = channel == Channel.STDERR;
    add(isStderr ? 0 : 1, isStderr ? 1 : 0, 0, 0);
  }

  /** Something changed that a listing shows. */
  void changed() {
    add(0, 0, 1, 0);
  }

  void wake() {
    add(0, 0, 0, 1);
  }

  private void add(int stdout, int stderr, int changes, int wakes) {
    monitor.change(
        () ->
            counters =
                new Counters(
                    counters.stdout + stdout,
                    counters.stderr + stderr,
                    counters.changes + changes,
                    counters.wakes + wakes));
  }

  Counters counters() {
    return monitor.decide(() -> counters);
  }

  /**
   * Waits for any news since {@code seen}. False if there was none in time.
   *
   * @throws CancelledException if this thread is interrupted
   */
  boolean await(Counters seen, long nanos, Failure failure) {
    return await(now -> !now.equals(seen), nanos, failure);
  }

  /** Likewise, but ignores writes to the outputs. */
  boolean awaitChange(Counters seen, long nanos, Failure failure) {
    return await(now -> now.withoutWrites() != seen.withoutWrites(), nanos, failure);
  }

  private boolean await(Predicate<Counters> isNews, long nanos, Failure failure) {
    try {
      monitor.awaitWhile(() -> !isNews.test(counters), nanos);
      return isNews.test(counters());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure.withObserved("its thread was interrupted"), e);
    }
  }
}
