package dev.sandpiper.blaxel;

import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
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
  private final ReentrantLock writing = new ReentrantLock();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Future<?> timer;

  Claim(String id, ExactFiles files, Threads threads) {
    this.file = id + ".c";
    this.files = files;
    this.threads = threads;
  }

  /** Renews it from now on. */
  void begin() {
    timer = threads.timers().every(RENEWAL, () -> threads.promptly().execute(this::renew));
  }

  /** Makes it anew, or for the first time; nothing while another renewal is on its way. */
  void renew() {
    if (!writing.tryLock()) {
      return;
    }
    try {
      if (!over.get()) {
        // The process may have been claimed before, so that a count of ours might be no news.
        files.write(file, Long.toString(System.nanoTime()), CallScope.open());
      }
    } catch (SandboxException e) {
      log.debug("{} could not be renewed: {}", file, e.getMessage());
    } finally {
      writing.unlock();
    }
  }

  /**
   * Ends the renewing. Idempotent; of several, the first counts.
   *
   * @param then runs once nothing can be written any more: at once, or when what is on its way has
   *     arrived
   */
  void end(Runnable then) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    Future<?> renewals = timer;
    if (renewals != null) {
      renewals.cancel(false);
    }
    if (writing.tryLock()) {
      runAndUnlock(then);
    } else {
      threads
          .promptly()
          .execute(
              () -> {
                writing.lock();
                runAndUnlock(then);
              });
    }
  }

  private void runAndUnlock(Runnable then) {
    try {
      then.run();
    } finally {
      writing.unlock();
    }
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
