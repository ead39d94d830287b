package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.CommandEvents;
import dev.sandpiper.engine.CommandInput;
import dev.sandpiper.engine.EventBuffer;
import dev.sandpiper.engine.TreeCommand;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A command in a Blaxel sandbox, with the events that its {@link StreamDrain} reads. The stream
 * waits for the reader of the events a second in total, because one unread stream blocks the whole
 * server of its sandbox; after that, at the limit, the oldest output is dropped and reported as a
 * gap. After cancelling, events are discarded, but the stream is still read until the process ends.
 */
public final class StreamedCommand extends TreeCommand {
  public static final int LIMIT = 8 << 20;

  static final String NO_INPUT = "a streamed command has no input";

  /** Enough for a reader that is slightly slower than the network to lose nothing. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  /** The pause in which events accumulate for a reader that has read all there were. */
  private static final long GATHERING = 50_000; // nanoseconds

  private static final String TOO_SLOW =
      "it was read too slowly: Blaxel's streams must not block for long, and it exceeded the"
          + " buffer";

  private final EventBuffer buffer;

  StreamedCommand(ProcessRef ref, String name, EventBuffer buffer, ExactSandbox sandbox) {
    super(
        ref,
        name,
        Optional.empty(),
        new Buffered(buffer, name, new ArrayDeque<>()),
        CommandInput.refusing(() -> unsupported(name, NO_INPUT, Capability.STDIN)),
        sandbox.trees(),
        () -> {});
    this.buffer = buffer;
  }

  static EventBuffer buffer(Time time) {
    return EventBuffer.dropping(LIMIT, TOO_SLOW, GRACE, time);
  }

  /**
   * @param taken events taken from the buffer together with the last one; owned by the reading
   *     thread
   */
  private record Buffered(EventBuffer buffer, String name, Queue<ProcessEvent> taken)
      implements CommandEvents {
    @Override
    public ProcessEvent next() {
      if (buffer.isDiscarded()) {
        taken.clear();
      }
      // After an interrupt, throw now instead of delivering the events already taken.
      ProcessEvent next = Thread.currentThread().isInterrupted() ? null : taken.poll();
      return next == null ? await() : next;
    }

    private ProcessEvent await() {
      try {
        // If each event woke the reader, half of the cost would be thread switches.
        LockSupport.parkNanos(GATHERING);
        ProcessEvent event = buffer.take(Long.MAX_VALUE, taken);
        if (event == null) {
          throw cancelled("it was closed", null);
        }
        return event;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw cancelled("its thread was interrupted", e);
      } catch (TimeoutException e) {
        throw new IllegalStateException("292 years have passed", e);
      }
    }

    @Override
    public void cancel() {
      buffer.abandon(cancelled("it was closed", null));
    }

    private CancelledException cancelled(String observed, @Nullable Throwable cause) {
      return new CancelledException(Failure.of("follow", name, observed), cause);
    }
  }

  /** True once its stream has delivered something; throws if the stream has failed. */
  boolean hasBegun() {
    return buffer.hasNext();
  }

  @Override
  public void requireDetachable() {
    throw unsupported(
        name(),
        "a streamed command cannot be detached: its stream could not be followed again, and an"
            + " abandoned stream corrupts other responses; close() kills it",
        Capability.ATTACH);
  }

  private static UnsupportedCapabilityException unsupported(
      String name, String observed, Capability missing) {
    return new UnsupportedCapabilityException(Failure.of("follow", name, observed), missing);
  }
}
