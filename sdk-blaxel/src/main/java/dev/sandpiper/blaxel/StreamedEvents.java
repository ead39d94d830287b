package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.engine.EventBuffer;
import dev.sandpiper.http.Time;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Between the thread that reads a stream and the one that takes its events. The stream never waits
 * for the taker, because one stream that is not read stops the whole server of its sandbox: beyond
 * the bound the oldest output is dropped, and a gap says so. Once abandoned, everything is
 * discarded and the stream is read all the same, until the process ends.
 */
final class StreamedEvents {
  static final int LIMIT = 8 << 20;
  static final String TOO_SLOW =
      "it was read too slowly: Blaxel's streams must not wait, and it was too much to keep";

  private final String name;
  private final EventBuffer buffer;
  private volatile boolean abandoned;

  StreamedEvents(String name, Time time) {
    this.name = name;
    this.buffer = EventBuffer.dropping(LIMIT, TOO_SLOW, time);
  }

  /** Adds an event. Never waits. */
  void put(ProcessEvent event) {
    buffer.add(event);
  }

  /** What to throw once the events that are there have been taken. */
  void fail(RuntimeException cause) {
    buffer.fail(cause);
  }

  /**
   * Blocks for the next event.
   *
   * @throws CancelledException once abandoned, or if this thread is interrupted
   */
  ProcessEvent take() {
    try {
      ProcessEvent event = buffer.take(Long.MAX_VALUE);
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

  /** True if an event is there; takes nothing. Throws a failure that is there already. */
  boolean hasBegun() {
    return buffer.hasNext();
  }

  /** Nobody takes any more. Idempotent; frees the thread that is blocked in {@link #take}. */
  void abandon() {
    abandoned = true;
    buffer.abandon(cancelled("it was closed", null));
  }

  boolean isAbandoned() {
    return abandoned;
  }

  private CancelledException cancelled(String observed, @Nullable Throwable cause) {
    return new CancelledException(Failure.of("follow", name, observed), cause);
  }
}
