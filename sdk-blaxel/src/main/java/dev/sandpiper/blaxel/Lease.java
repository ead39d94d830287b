package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.Nonce;
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
 * The one file by which the reader of a process tells the writers in the sandbox that it comes for
 * the output, and from which bytes on it needs it. They drop what lies before, and at their bound
 * they wait instead of dropping the oldest, until nobody has renewed the lease for a minute.
 *
 * <p>One reader holds it. Another one that comes meanwhile reads along: it writes and removes
 * nothing, so that it costs the holder nothing, and what it is too slow for is a gap. It takes the
 * lease over once that was given back, or was not renewed for so long that its holder is gone.
 *
 * <pre>
 * 0 0 0                    the reader that started the command, before it has read anything
 * READER STDOUT STDERR     the first byte of each output that READER still needs
 * -                        given back
 * </pre>
 *
 * Safe for use by many threads.
 */
final class Lease {
  static final String GIVEN_BACK = "-";

  /** How late a renewal may be before the lease counts as abandoned; the writers wait for 60 s. */
  static final Duration ABANDONED = Duration.ofSeconds(45);

  private static final Logger log = LoggerFactory.getLogger(Lease.class);
  private static final Duration ARMING = Duration.ofMillis(125);
  private static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final Duration LOOK = Duration.ofSeconds(15);
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final Duration LAPSED = Duration.ofSeconds(60);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
  private static final String MARK = "c";

  private final ProcessFiles files;
  private final DirectoryWatch watch;
  private final Threads threads;
  private final String reader = Nonce.random();
  private final boolean isStarter;
  private final ReentrantLock traffic = new ReentrantLock();
  private final AtomicBoolean begun = new AtomicBoolean();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile @Nullable Future<?> timer;
  private volatile ByteOffsets needed;
  private volatile boolean isNews; // that the writers have not been told
  private volatile boolean isHeld;
  private volatile boolean hasLapsed;
  private volatile long renewedAt; // or, reading along, seen to change
  private volatile long checkedAt;
  private volatile String seen = ""; // as it was found when reading along
  private long count; // guarded by traffic

  /**
   * @param isStarter whether its reader has started the command, and so holds it from the beginning
   * @param begin the first bytes that are needed
   */
  Lease(
      ProcessFiles files,
      DirectoryWatch watch,
      Threads threads,
      boolean isStarter,
      ByteOffsets begin) {
    this.files = files;
    this.watch = watch;
    this.threads = threads;
    this.isStarter = isStarter;
    this.isHeld = isStarter;
    this.needed = begin;
    this.renewedAt = threads.time().nanos();
    this.checkedAt = renewedAt;
  }

  /** Keeps it up from now on, or finds out whether it can be had. Idempotent. */
  void begin() {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    renewedAt = threads.time().nanos();
    timer = threads.timers().every(CHECK, this::checkIfDue);
    if (isStarter) {
      arm(ARMING);
    } else {
      threads.promptly().execute(this::check);
    }
  }

  /** An event of our own shows early that the watch sees, so that a quiet command costs little. */
  private void arm(Duration pause) {
    Future<?> unused = threads.timers().in(pause, () -> armUnlessSeen(pause));
  }

  private void armUnlessSeen(Duration pause) {
    if (!over.get() && !watch.isArmed() && pause.compareTo(CHECK) < 0) {
      threads.promptly().execute(this::check);
      arm(pause.multipliedBy(2));
    }
  }

  /** Tells the writers that nothing before this byte is needed any more. */
  void passed(Channel channel, long position) {
    needed =
        channel == Channel.STDERR
            ? new ByteOffsets(needed.stdout(), position)
            : new ByteOffsets(position, needed.stderr());
    isNews = true;
    if (isHeld) {
      threads.promptly().execute(this::check);
    }
  }

  private void checkIfDue() {
    Duration interval = isHeld ? RENEWAL : LOOK;
    boolean isDue = threads.time().nanos() - checkedAt >= interval.minus(CHECK).toNanos();
    if (isDue || (isHeld && (isNews || !watch.isArmed()))) {
      threads.promptly().execute(this::check);
    }
  }

  /** Renews it, or looks whether it can be had. What comes while this runs is done by this, too. */
  private void check() {
    do {
      if (!traffic.tryLock()) {
        return;
      }
      try {
        if (!over.get()) {
          exchange();
        }
      } catch (SandboxException e) {
        log.debug("the lease of {} could not be renewed: {}", files, e.getMessage());
        return;
      } finally {
        traffic.unlock();
      }
    } while (isNews && isHeld && !over.get());
  }

  private void exchange() {
    checkedAt = threads.time().nanos();
    long age = checkedAt - renewedAt;
    hasLapsed |= isHeld && age > LAPSED.toNanos();
    if (!isHeld || age > ABANDONED.toNanos()) {
      isHeld = canBeHad(threads.scope());
    }
    if (isHeld) {
      isNews = false;
      count++;
      ByteOffsets from = needed;
      write(reader + "." + count + " " + from.stdout() + " " + from.stderr(), threads.scope());
    }
  }

  private void write(String text, CallScope scope) {
    if (!files.marks().isThere()) {
      return; // or the server would make the directory, before the wrapper does or for nothing
    }
    try {
      files.write(MARK, text + "\n", scope);
      renewedAt = threads.time().nanos();
    } catch (SandboxException e) {
      isNews = true;
      throw e;
    }
  }

  /** True if it is ours, or nobody's any more. */
  private boolean canBeHad(CallScope scope) {
    String found = files.text(MARK, scope).strip();
    boolean isOurs = found.startsWith(reader) || (isStarter && found.startsWith("0 "));
    if (!found.equals(seen)) {
      seen = found;
      renewedAt = threads.time().nanos();
    }
    boolean isAbandoned =
        !found.isEmpty() && threads.time().nanos() - renewedAt > ABANDONED.toNanos();
    return isOurs || found.equals(GIVEN_BACK) || isAbandoned;
  }

  /**
   * Ends it. Idempotent; of several calls the first counts.
   *
   * @param remove has the files of the process removed: called once this writes nothing any more,
   *     and not at all where another reader may need them; null if the process goes on
   */
  void end(@Nullable Runnable remove, CallScope scope) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    Future<?> checks = timer;
    if (checks != null) {
      checks.cancel(false);
    }
    try {
      scope.within(LONGEST_WAIT).lock(traffic, Failure.of("follow", files.toString(), ""));
      endAndUnlock(remove, scope);
    } catch (CancelledException | DeadlineExceededException e) {
      threads
          .promptly()
          .execute(
              () -> {
                traffic.lock();
                endAndUnlock(remove, threads.scope());
              });
    }
  }

  private void endAndUnlock(@Nullable Runnable remove, CallScope scope) {
    try {
      if (remove == null && isHeld) {
        write(GIVEN_BACK, scope);
      } else if (remove != null && (isHeld || canBeHad(scope))) {
        remove.run();
      }
    } catch (SandboxException e) {
      log.warn("the lease of {} stays as it is: {}", files, e.getMessage());
    } finally {
      traffic.unlock();
    }
  }

  /**
   * Why output may be missing.
   *
   * @param isBeforeUs whether it is what was there before this reader came
   */
  String lossReason(boolean isBeforeUs) {
    if (!isHeld) {
      return "it was not kept for this reader, because another one has the lease on the output";
    }
    if (hasLapsed) {
      return "this reader was out of reach for so long that the sandbox dropped the oldest output";
    }
    return isBeforeUs && !isStarter
        ? "it was gone before this reader came; unread output is kept up to keepOutputBytes"
        : "it was removed in the sandbox before it was read";
  }
}
