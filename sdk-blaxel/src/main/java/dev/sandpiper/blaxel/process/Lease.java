package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file by which the reader of a process says to the writers in the sandbox that it comes for
 * the output, and from which bytes on it needs it. They drop what lies before, and at their bound
 * they wait instead of dropping the oldest, until the {@link Heartbeat} of the holder has been
 * silent for a minute.
 *
 * <p>One reader holds it. Another one that comes meanwhile reads along: it writes and removes
 * nothing, so that it costs the holder nothing, and what it is too slow for is a gap. It takes the
 * lease over once that was given back, or its holder has been silent for so long that it is gone.
 *
 * <pre>
 * HOLDER STDOUT STDERR     the first byte of each output that HOLDER still needs
 * -                        given back
 * </pre>
 *
 * Safe for use by many threads.
 */
public final class Lease {
  public static final String GIVEN_BACK = "-";

  private static final Logger log = LoggerFactory.getLogger(Lease.class);
  private static final Duration FIRST_WRITE = Duration.ofMillis(125);
  private static final Duration LONGEST_FIRST_WRITE = Duration.ofSeconds(5);
  private static final Duration LOOK = Duration.ofSeconds(15);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
  private static final String MARK = "c";

  private final ProcessFiles files;
  private final Heartbeat heartbeat;
  private final BackgroundThreads threads;
  private final String holder;
  private final boolean isStarter;
  private final ReentrantLock traffic = new ReentrantLock();
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile ByteOffsets needed;
  private volatile boolean isNews; // that the writers do not know
  private volatile boolean isHeld;
  private volatile boolean hasLapsed;
  private volatile long checkedAt;

  // Guarded by traffic.
  private int absences; // of the heartbeat that were seen
  private String seen = ""; // of another holder
  private long seenAt;

  /**
   * @param isStarter whether its reader has started the command, and so holds it from the beginning
   * @param begin the first bytes that are needed
   */
  Lease(
      ProcessFiles files,
      Heartbeat heartbeat,
      BackgroundThreads threads,
      boolean isStarter,
      ByteOffsets begin) {
    this.files = files;
    this.heartbeat = heartbeat;
    this.threads = threads;
    this.holder = isStarter ? heartbeat.starter() : heartbeat.newHolder();
    this.isStarter = isStarter;
    this.isHeld = isStarter;
    this.needed = begin;
  }

  /** Keeps it up from now on, or finds out whether it can be had. Called once. */
  void begin() {
    checkedAt = threads.time().nanos();
    seenAt = checkedAt;
    absences = heartbeat.absences();
    isNews = !isStarter; // whose wrapper writes it first
    heartbeat.add(this);
    if (isStarter) {
      writeSoon(FIRST_WRITE);
    } else {
      threads.promptly().execute(this::check);
    }
  }

  /**
   * An event of our own, early, if none shows that the watch sees: a quiet command costs little.
   */
  private void writeSoon(Duration pause) {
    Future<?> unused = threads.timers().in(pause, () -> writeUnlessDone(pause));
  }

  private void writeUnlessDone(Duration pause) {
    if (!over.get() && isToWrite() && pause.compareTo(LONGEST_FIRST_WRITE) < 0) {
      threads.promptly().execute(this::check);
      writeSoon(pause.multipliedBy(2));
    }
  }

  private boolean isToWrite() {
    return isNews || !heartbeat.isSeen();
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

  /** Looks after it, if there is a reason. */
  void checkIfDue() {
    boolean isLookDue = threads.time().nanos() - checkedAt >= LOOK.toNanos();
    if (isHeld ? isNews || heartbeat.absences() != absences : isLookDue) {
      threads.promptly().execute(this::check);
    }
  }

  /** True if it is held, and there are writers who look. */
  boolean isHeldThere() {
    return isHeld && files.marks().isThere();
  }

  /** Writes it, or looks whether it can be had. What comes while this runs is done by this, too. */
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
        log.debug("the lease of {} could not be written: {}", files, e.getMessage());
        return;
      } finally {
        traffic.unlock();
      }
    } while (isNews && isHeldThere() && !over.get());
  }

  private void exchange() {
    checkedAt = threads.time().nanos();
    if (!isHeld || heartbeat.absences() != absences) {
      isHeld = isAvailable(threads.scope());
    }
    if (isHeldThere() && isToWrite()) { // elsewhere the server would make the directory
      isNews = false;
      write(holder + " " + needed.stdout() + " " + needed.stderr(), threads.scope());
    }
  }

  private void write(String text, CallScope scope) {
    try {
      files.write(MARK, text + "\n", scope);
    } catch (SandboxException e) {
      isNews = true;
      throw e;
    }
  }

  /** True if it is ours, or nobody's any more. */
  private boolean isAvailable(CallScope scope) {
    int late = heartbeat.absences();
    hasLapsed |= isHeld && late != absences;
    String found = files.text(MARK, scope).strip();
    absences = late;
    if (found.startsWith(holder + " ") || found.equals(GIVEN_BACK)) {
      return true;
    }
    String sign = found + "\n" + heartbeat.of(found, scope);
    if (!sign.equals(seen)) {
      seen = sign;
      seenAt = threads.time().nanos();
    }
    return !found.isEmpty() && threads.time().nanos() - seenAt > Heartbeat.ABANDONED.toNanos();
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
    heartbeat.remove(this);
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
      if (remove == null && isHeldThere()) {
        write(GIVEN_BACK, scope);
      } else if (remove != null && (isHeld || isAvailable(scope))) {
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
    if (hasLapsed || heartbeat.isAbsent()) {
      return "this reader was out of reach for so long that the sandbox dropped the oldest output";
    }
    return isBeforeUs && !isStarter
        ? "it was gone before this reader came; unread output is kept up to keepOutputBytes"
        : "it was removed in the sandbox before it was read";
  }
}
