package dev.sandpiper.temporal;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads one process to its end or its deadline, and records its progress with heartbeats. */
final class FollowedCommand {
  /** How long to wait for output before the next check of the clock and of cancellation. */
  private static final Duration TICK = Duration.ofMillis(200);

  /** How long a stopped process may be silent before its end is reported. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final Process process;
  private final Instant deadline;
  private final boolean hasPositions;
  private final Delivery delivery;

  /** Its exit status, and whether it was stopped at its deadline. */
  record End(ExitStatus status, boolean isTimeout) {}

  FollowedCommand(Process process, Instant deadline, boolean hasPositions, Delivery delivery) {
    this.process = process;
    this.deadline = deadline;
    this.hasPositions = hasPositions;
    this.delivery = delivery;
  }

  /**
   * Blocks until it has ended.
   *
   * @throws io.temporal.client.ActivityCompletionException if Temporal has ended this attempt; the
   *     process keeps running
   */
  End follow(Pulse pulse) throws IOException {
    try (EventStream<ProcessEvent> events = process.events()) {
      pulse.record(progress(events));
      while (Instant.now().isBefore(deadline)) {
        ProcessEvent event = next(events, TICK);
        if (event instanceof Ended ended) {
          return new End(ended.status(), wasStopped());
        }
        if (event != null) {
          delivery.deliver(event);
        }
        pulse.record(progress(events));
      }
      boolean isStopped = process.kill();
      ExitStatus status = lastWords(events, pulse);
      // After the deadline a worker may find a process that the sandbox has stopped.
      return new End(status, isStopped || wasStopped() || status instanceof ExitStatus.Signaled);
    }
  }

  private ExitStatus lastWords(EventStream<ProcessEvent> events, Pulse pulse) throws IOException {
    Instant patience = Instant.now().plus(LAST_WORDS);
    while (Instant.now().isBefore(patience)) {
      ProcessEvent event = next(events, TICK);
      if (event instanceof Ended ended) {
        return ended.status();
      }
      if (event != null) {
        delivery.deliver(event);
        patience = Instant.now().plus(LAST_WORDS);
      }
      pulse.record(progress(events));
    }
    return new ExitStatus.Unreported("it was stopped, and its end was not reported");
  }

  /** True if the library stopped it just before this loop would have. */
  private boolean wasStopped() {
    try {
      process.waitFor(LAST_WORDS);
      return false;
    } catch (DeadlineExceededException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // only for Temporal; the end is known anyway
      return false;
    }
  }

  private static @Nullable ProcessEvent next(EventStream<ProcessEvent> events, Duration limit) {
    try {
      return events.next(limit);
    } catch (TimeoutException e) {
      return null; // no output yet
    }
  }

  private Progress progress(EventStream<ProcessEvent> events) {
    return new Progress(
        process.ref().toString(),
        deadline.toEpochMilli(),
        hasPositions ? events.position() : null,
        delivery.stdout().reached(),
        delivery.stderr().reached());
  }
}
