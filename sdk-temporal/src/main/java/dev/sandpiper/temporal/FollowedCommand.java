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

/** Follows one process to its end or its deadline, and records with heartbeats how far it is. */
final class FollowedCommand {
  /** How long output may be awaited before the next look at the clock and at Temporal's wish. */
  private static final Duration TICK = Duration.ofMillis(200);

  /** How long a stopped process may be silent before its end. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final Process process;
  private final Instant deadline;
  private final boolean hasPositions;
  private final Delivery delivery;

  /** How it ended, and whether because its time was over. */
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
   * @throws io.temporal.client.ActivityCompletionException if Temporal wants no more of this
   *     attempt; the process runs on
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
      // A worker that comes after the deadline finds what the sandbox has stopped.
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

  /** True if the library stopped it, a moment before this loop would have. */
  private boolean wasStopped() {
    try {
      process.waitFor(LAST_WORDS);
      return false;
    } catch (DeadlineExceededException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // for Temporal; the end is known all the same
      return false;
    }
  }

  private static @Nullable ProcessEvent next(EventStream<ProcessEvent> events, Duration limit) {
    try {
      return events.next(limit);
    } catch (TimeoutException e) {
      return null; // nothing yet
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
