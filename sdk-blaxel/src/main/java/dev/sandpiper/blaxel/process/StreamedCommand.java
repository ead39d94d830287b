package dev.sandpiper.blaxel.process;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.EventBuffer;
import dev.sandpiper.http.Time;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A command in a Blaxel sandbox, with the events that its {@link StreamDrain} reads. The stream
 * never waits for the reader of the events, because one stream that is not read stops the whole
 * server of its sandbox: beyond the bound the oldest output is dropped, and a gap says so. Once it
 * is cancelled everything is discarded, and the stream is read all the same until the process ends.
 */
public final class StreamedCommand extends UnwrappedCommand {
  public static final int LIMIT = 8 << 20;
  private static final String TOO_SLOW =
      "it was read too slowly: Blaxel's streams must not wait, and it was too much to keep";

  private final EventBuffer events;

  StreamedCommand(ProcessRef ref, String name, EventBuffer events, ExactSandbox sandbox) {
    super(
        ref,
        name,
        Optional.empty(),
        () -> take(events, name),
        () -> events.abandon(cancelled(name, "it was closed", null)),
        sandbox);
    this.events = events;
  }

  static EventBuffer buffer(Time time) {
    return EventBuffer.dropping(LIMIT, TOO_SLOW, time);
  }

  private static ProcessEvent take(EventBuffer events, String name) {
    try {
      ProcessEvent event = events.take(Long.MAX_VALUE);
      if (event == null) {
        throw cancelled(name, "it was closed", null);
      }
      return event;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cancelled(name, "its thread was interrupted", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  private static CancelledException cancelled(
      String name, String observed, @Nullable Throwable cause) {
    return new CancelledException(Failure.of("follow", name, observed), cause);
  }

  /** True once its stream has told something; throws what the stream has failed with. */
  boolean hasBegun() {
    return events.hasNext();
  }

  @Override
  UnsupportedCapabilityException noInput() {
    return unsupported("a streamed command has no input", Capability.STDIN);
  }

  @Override
  public void requireDetachable() {
    throw unsupported(
        "a streamed command cannot be detached: its stream could not be followed again, and one"
            + " that is left behind spoils other answers; close() kills it",
        Capability.ATTACH);
  }

  private UnsupportedCapabilityException unsupported(String observed, Capability missing) {
    return new UnsupportedCapabilityException(Failure.of("follow", name(), observed), missing);
  }
}
