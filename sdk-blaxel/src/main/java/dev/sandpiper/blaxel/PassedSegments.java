package dev.sandpiper.blaxel;

import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a reader has passed, beside its reading. What cannot be removed waits for the
 * clean-up of the whole process; when there is too much to do, the reader waits.
 */
final class PassedSegments implements ExactEvents.Passed {
  private static final Logger log = LoggerFactory.getLogger(PassedSegments.class);
  private static final int MOST_WAITING = 8;

  private final ExactFiles files;
  private final Threads threads;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by lock.
  private final Deque<String> waiting = new ArrayDeque<>();
  private boolean running;

  PassedSegments(ExactFiles files, Threads threads) {
    this.files = files;
    this.threads = threads;
  }

  @Override
  public void remove(String file) {
    if (isTaken(file)) {
      return;
    }
    delete(file);
  }

  /** False if the caller has to do it. */
  private boolean isTaken(String file) {
    lock.lock();
    try {
      if (waiting.size() >= MOST_WAITING) {
        return false;
      }
      waiting.add(file);
      if (!running) {
        threads.promptly().execute(this::run);
        running = true;
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    String file;
    while ((file = next()) != null) {
      delete(file);
    }
  }

  private @Nullable String next() {
    lock.lock();
    try {
      String file = waiting.poll();
      running = file != null;
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void delete(String file) {
    try {
      files.delete(file, CallScope.open());
    } catch (SandboxException e) {
      log.debug("{} stays: {}", file, e.getMessage());
    }
  }
}
