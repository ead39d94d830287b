package dev.sandpiper.blaxel;

import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a reader has passed, beside its reading. What cannot be removed waits for the
 * clean-up of the whole process; when there is too much to do, the reader waits.
 */
final class PassedSegments implements Consumer<String> {
  private static final Logger log = LoggerFactory.getLogger(PassedSegments.class);
  private static final int MOST_AT_ONCE = 2;

  private final ExactFiles files;
  private final Threads threads;
  private final Semaphore removals = new Semaphore(MOST_AT_ONCE);

  PassedSegments(ExactFiles files, Threads threads) {
    this.files = files;
    this.threads = threads;
  }

  @Override
  public void accept(String file) {
    if (removals.tryAcquire()) {
      threads.promptly().execute(() -> deleteAndRelease(file));
    } else {
      delete(file);
    }
  }

  private void deleteAndRelease(String file) {
    try {
      delete(file);
    } finally {
      removals.release();
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
