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
 * The file by which the reader of a process tells the writers in the sandbox from which byte on it
 * needs the output. They drop earlier output, and at their limit they wait instead of dropping the
 * oldest, until the holder's {@link Heartbeat} has not been renewed for a minute.
 *
 * <p>One reader holds the lease. A second concurrent reader only reads: it writes and removes
 * nothing, so that it does not affect the holder, and output that is dropped before it was read is
 * a gap. It acquires the lease once the holder has released it, or has been silent for so long that
 * it is gone.
 *
 * <pre>
 * HOLDER STDOUT STDERR     the first byte of each output that HOLDER still needs
 * -                        released
 * </pre>
 *
 * Thread-safe.
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
  private volatile boolean isNews; // the position was not written yet
  private volatile boolean isHeld; // by this reader
  private volatile boolean isAnothers; // as last checked
  private volatile boolean hasLapsed;
  private volatile long checkedAt;

  // Guarded by traffic.
  private int absences; // the heartbeat's absences when last checked
  private String seen = ""; // the heartbeat of another holder
  private long seenAt;

  /**
   * @param isStarter whether the reader started the command, and so holds the lease from the
   *     beginning
   * @param begin the first needed bytes
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

  /** Begins to maintain the lease, or to check whether it can be acquired. Called once. */
  void begin() {
    checkedAt = threads.time().nanos();
    seenAt = checkedAt;
    absences = heartbeat.absences();
    isNews = !isStarter; // the wrapper of its own command writes the lease first
    heartbeat.add(this);
    if (isStarter) {
      writeSoon(FIRST_WRITE);
    } else {
      threads.promptly().execute(this::check);
    }
  }

  /**
   * Writes the lease early, unless an event has shown that the watch works: the write causes one.
   * Saves polling for a command that writes little.
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

  /** Records that nothing before this byte is needed any more. */
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

  /** Writes or checks the lease, if there is a reason to. */
  void checkIfDue() {
    boolean isLookDue = threads.time().nanos() - checkedAt >= LOOK.toNanos();
    if (isHeld ? isNews || heartbeat.absences() != absences : isLookDue) {
      threads.promptly().execute(this::check);
    }
  }

  /** True if it is held, and there are writers that read it. */
  boolean isHeldThere() {
    return isHeld && files.marks().isThere();
  }

  /**
   * Writes the lease, or checks whether it can be acquired. Requests that arrive meanwhile are
   * served by the running call.
   */
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
      isAnothers = !isHeld;
    }
    if (isHeldThere() && isToWrite()) { // otherwise the server would create the directory
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

  /** True if the lease is ours, or not held any more. */
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
   * Ends the lease. Idempotent; the first call wins.
   *
   * @param remove removes the files of the process. Called once nothing is written any more, unless
   *     another reader may need the files; null if the process continues
   */
  void end(@Nullable Runnable remove, CallScope scope) {
    if (!over.compareAndSet(false, true)) {
      return;
    }
    heartbeat.remove(this);
    release(remove, scope);
  }

  /** After {@link #end}: lets another reader have the files of a process that has ended. */
  void handOver(CallScope scope) {
    release(null, scope);
  }

  /** Waits for a request in progress, for a bounded time; after that, does it in the background. */
  private void release(@Nullable Runnable remove, CallScope scope) {
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
      log.warn("the lease of {} could not be released: {}", files, e.getMessage());
    } finally {
      traffic.unlock();
    }
  }

  /**
   * The reason for missing output.
   *
   * @param isBeforeUs whether it was written before this reader attached
   */
  String lossReason(boolean isBeforeUs) {
    if (isAnothers) {
      return "it was not kept for this reader, because another reader holds the lease";
    }
    if (hasLapsed || heartbeat.isAbsent()) {
      return "this reader was unreachable for so long that the sandbox dropped the oldest output";
    }
    return isBeforeUs && !isStarter
        ? "it was dropped before this reader attached; unread output is kept up to keepOutputBytes"
        : "it was removed in the sandbox before it was read";
  }
}
