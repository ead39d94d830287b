package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file by which a client shows the writers in a sandbox, and other readers, that it is alive.
 * Rewriting it renews all leases whose holder begins with its id. Written while there are leases.
 * Each renewal is also a change of the directory, which shows whether the watch works. Thread-safe.
 */
final class Heartbeat {
  /** How late a renewal may be before a lease counts as abandoned. The writers wait 60 s. */
  static final Duration ABANDONED = Duration.ofSeconds(45);

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration RENEWAL = Duration.ofSeconds(30);
  private static final Duration CHECK = Duration.ofSeconds(5);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
  private static final String MARK = ".r";

  private final String id = Nonce.random();
  private final OutputDirectory files;
  private final DirectoryWatch watch;
  private final FinishedProcesses finished;
  private final BackgroundThreads threads;
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private final AtomicLong count = new AtomicLong();
  private final AtomicInteger absences = new AtomicInteger();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile long renewedAt;
  private volatile long sentAt; // when the last renewal that succeeded was sent
  private volatile boolean isWritten;
  private @Nullable Future<?> timer; // guarded by this; null while there are no leases

  Heartbeat(
      OutputDirectory files,
      DirectoryWatch watch,
      FinishedProcesses finished,
      BackgroundThreads threads) {
    this.files = files;
    this.watch = watch;
    this.finished = finished;
    this.threads = threads;
  }

  /** The holder of the lease of a command that this client starts. */
  String starter() {
    return id + ".0";
  }

  /** A new holder, for the lease of a later reader. */
  String newHolder() {
    return id + "." + count.incrementAndGet();
  }

  synchronized void add(Lease lease) {
    leases.add(lease);
    if (timer == null) {
      renewedAt = threads.time().nanos();
      timer = threads.timers().every(CHECK, this::tick);
    }
  }

  /** Removes a lease. With the last one, the file is removed too. */
  void remove(Lease lease) {
    if (isLast(lease)) {
      Failure about = Failure.of("follow", files.directory(), "");
      try {
        threads.scope().within(LONGEST_WAIT).lock(writing, about);
        writing.unlock();
      } catch (CancelledException | DeadlineExceededException e) {
        log.debug("a heartbeat file may be left in {}", files.directory());
      }
      if (isWritten) {
        finished.add(id);
      }
    }
  }

  private synchronized boolean isLast(Lease lease) {
    if (!leases.remove(lease) || !leases.isEmpty() || timer == null) {
      return false;
    }
    timer.cancel(false);
    timer = null;
    return true;
  }

  private void tick() {
    leases.forEach(Lease::checkIfDue);
    if (isWritten) { // its event should have arrived by now: the directory may have been replaced
      watch.reopenIfSilentSince(sentAt, CHECK.dividedBy(2));
    }
    boolean isDue = age() >= RENEWAL.minus(CHECK.dividedBy(2)).toNanos();
    if ((isDue || !watch.isArmed()) && isNeeded()) {
      threads.promptly().execute(this::renew);
    }
  }

  private boolean isNeeded() {
    return leases.stream().anyMatch(Lease::isHeldThere);
  }

  private void renew() {
    if (!writing.tryLock()) {
      return;
    }
    try {
      if (isNeeded()) {
        long now = threads.time().nanos();
        isWritten = true;
        files.write(id + MARK, count.incrementAndGet() + "\n", threads.scope());
        absences.addAndGet(isAbsent() ? 1 : 0);
        renewedAt = threads.time().nanos();
        sentAt = now;
      }
    } catch (SandboxException e) {
      log.debug("the heartbeat in {} failed: {}", files.directory(), e.getMessage());
    } finally {
      writing.unlock();
    }
  }

  /** True while its renewals are reported by the watch. */
  boolean isSeen() {
    return watch.isArmed();
  }

  private long age() {
    return threads.time().nanos() - renewedAt;
  }

  /** True while it is so late that other readers may have taken over this client's leases. */
  boolean isAbsent() {
    return age() > ABANDONED.toNanos();
  }

  /** How often it was late. */
  int absences() {
    return absences.get();
  }

  /** The content of the heartbeat of a lease's holder; empty if there is none. */
  String of(String holder, CallScope scope) {
    int dot = holder.indexOf('.');
    return dot < 0 ? "" : files.text(holder.substring(0, dot) + MARK, scope);
  }
}
