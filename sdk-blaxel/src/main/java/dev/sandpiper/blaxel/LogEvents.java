package dev.sandpiper.blaxel;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of a process that somebody else started, from the files in which the server keeps its
 * outputs. These are exact, but for what the server has cut off at their heads; nothing tells of
 * news, so they are looked at. The end is the record's. {@link #cancel} may be called from any
 * thread, the rest belongs to the one that reads.
 */
final class LogEvents {
  private static final Logger log = LoggerFactory.getLogger(LogEvents.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  /** A record has up to 128 KiB of output in it. */
  private static final long BETWEEN_RECORDS = TimeUnit.SECONDS.toNanos(1);

  private final ProcessRef ref;
  private final LogRecord record;
  private final Duration patience;
  private final List<LogChannel> channels;
  private final CallScope cancellation;
  private final Deque<ProcessEvent> ready = new ArrayDeque<>();
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private Duration pause = FIRST_PAUSE;
  private long recordDue = System.nanoTime();
  private long heard = System.nanoTime();
  private @Nullable ExitStatus over; // its end, which comes behind all that is there to read

  LogEvents(
      ProcessRef ref,
      LogRecord record,
      Duration patience,
      List<LogChannel> channels,
      CallScope cancellation) {
    this.ref = ref;
    this.record = record;
    this.patience = patience;
    this.channels = channels;
    this.cancellation = cancellation;
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#next}. */
  ProcessEvent next() {
    while (ready.isEmpty()) {
      rejectIfCancelled();
      try {
        step();
        heard = System.nanoTime();
      } catch (SandboxException e) {
        endure(e);
      }
    }
    return ready.remove();
  }

  private void step() {
    if (read()) {
      pause = FIRST_PAUSE;
    } else if (over != null) {
      log.debug("{} {}", ref, over);
      ready.add(new Ended(over));
    } else if (isOver()) {
      over = record.status(); // what was written before the record was closed is there now
    } else {
      rest();
    }
  }

  private boolean isOver() {
    if (System.nanoTime() - recordDue < 0) {
      return false;
    }
    recordDue = System.nanoTime() + BETWEEN_RECORDS;
    return record.isOver();
  }

  private boolean read() {
    boolean progress = false;
    for (LogChannel channel : channels) {
      progress |= channel.read(ready::add);
    }
    return progress;
  }

  private void rest() {
    try {
      if (cancelled.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        rejectIfCancelled();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    }
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
  }

  private void endure(SandboxException e) {
    rejectIfCancelled();
    boolean isPassing =
        e instanceof ConnectionLostException || e instanceof PlatformException || e.retryable();
    boolean isFinal = e instanceof CancelledException || e instanceof AuthenticationException;
    if (isFinal || !isPassing) {
      throw e;
    }
    if (System.nanoTime() - heard > patience.toNanos()) {
      throw new ConnectionLostException(
          failure("the sandbox could not be reached for " + patience.toSeconds() + " s"), ref, e);
    }
    rest();
  }

  private void rejectIfCancelled() {
    if (cancelled.getCount() == 0) {
      throw new CancelledException(failure("it was closed"));
    }
  }

  void cancel() {
    cancelled.countDown();
    cancellation.cancel();
  }

  private Failure failure(String observed) {
    return Failure.of("follow", ref.processId(), observed);
  }

  /** One process's record, which another process of the same name may replace. */
  static final class LogRecord {
    private final ProcessRef ref;
    private final String pid;
    private final ProcessApi api;
    private final int upgrades;
    private ProcessDetails last;
    private long since = System.nanoTime();

    LogRecord(ProcessRef ref, ProcessDetails first, ProcessApi api) {
      this.ref = ref;
      this.pid = first.pid();
      this.api = api;
      this.upgrades = api.upgrades(ref.processId());
      this.last = first;
    }

    /** True once it says that the process is over, and will not be started again. */
    boolean isOver() {
      ProcessDetails found =
          api.find("follow", ref.processId())
              .filter(record -> record.pid().equals(pid))
              .orElseThrow(
                  () ->
                      new NotFoundException(
                          What.PROCESS,
                          Failure.of(
                              "follow",
                              ref.toString(),
                              "meanwhile its name belongs to another process")));
      boolean isNews =
          !found.startedAt().equals(last.startedAt())
              || found.restartCount() != last.restartCount()
              || !found.completedAt().equals(last.completedAt());
      since = isNews ? System.nanoTime() : since;
      last = found;
      boolean mayStartAgain = found.restartsOnFailure() && found.status().equals("failed");
      return found.exit().isPresent()
          && (!mayStartAgain || System.nanoTime() - since > EndOfProcess.RESTART);
    }

    ExitStatus status() {
      ExitStatus told = last.exit().orElseThrow();
      return api.upgrades(ref.processId()) == upgrades
          ? told
          : new ExitStatus.Unreported(
              "the sandbox's server has been upgraded, and may have guessed: " + told);
    }
  }
}
