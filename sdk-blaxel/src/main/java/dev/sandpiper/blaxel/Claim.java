package dev.sandpiper.blaxel;

import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The word of a reader that it comes for what is written: its writer then waits when there is too
 * much, instead of dropping the oldest. A lease, so that the command of a client that died does not
 * wait for ever. Also keeps a quiet watch going, which sees it.
 */
final class Claim {
  private static final Logger log = LoggerFactory.getLogger(Claim.class);
  private static final Duration RENEWAL = Duration.ofSeconds(15);

  private final String file;
  private final ExactFiles files;
  private final Threads threads;
  private final ReentrantLock lock = new ReentrantLock();

  // All guarded by lock.
  private @Nullable Future<?> timer;
  private long renewals;
  private boolean isWriting;
  private boolean over;
  private @Nullable Runnable afterwards;

  Claim(String id, ExactFiles files, Threads threads) {
    this.file = id + ".c";
    this.files = files;
    this.threads = threads;
  }

  /** Renews it from now on. */
  void begin() {
    lock.lock();
    try {
      timer =
          threads
              .scheduler()
              .scheduleWithFixedDelay(
                  () -> threads.promptly().execute(this::renew),
                  RENEWAL.toMillis(),
                  RENEWAL.toMillis(),
                  TimeUnit.MILLISECONDS);
    } finally {
      lock.unlock();
    }
  }

  /** Makes it anew, or for the first time. */
  void renew() {
    long number;
    lock.lock();
    try {
      if (over || isWriting) {
        return;
      }
      isWriting = true;
      number = ++renewals;
    } finally {
      lock.unlock();
    }
    try {
      // The process may have been claimed by somebody before, who counted too.
      files.write(file, System.nanoTime() + "-" + number, CallScope.open());
    } catch (SandboxException e) {
      log.debug("{} could not be renewed: {}", file, e.getMessage());
    } finally {
      written();
    }
  }

  private void written() {
    Runnable next;
    lock.lock();
    try {
      isWriting = false;
      next = afterwards;
      afterwards = null;
    } finally {
      lock.unlock();
    }
    if (next != null) {
      next.run();
    }
  }

  /**
   * Ends the renewing. Idempotent; of several, the first counts.
   *
   * @param then runs once nothing can be written any more: at once, or when what is on its way has
   *     arrived
   */
  void end(Runnable then) {
    lock.lock();
    try {
      if (over) {
        return;
      }
      over = true;
      if (timer != null) {
        timer.cancel(false);
      }
      if (isWriting) {
        afterwards = then;
        return;
      }
    } finally {
      lock.unlock();
    }
    then.run();
  }

  /** Takes it back, so that the command goes on at once, whoever reads. */
  void remove(CallScope scope) {
    try {
      files.delete(file, scope);
    } catch (SandboxException e) {
      log.warn("{} could not be removed, and lapses in a minute: {}", file, e.getMessage());
    }
  }
}
