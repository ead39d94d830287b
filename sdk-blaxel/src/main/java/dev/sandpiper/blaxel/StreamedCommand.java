package dev.sandpiper.blaxel;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;
import java.util.Optional;

/**
 * A command in a Blaxel sandbox, with the stream that reports its events. Once it is cancelled the
 * stream is still read, on its own thread, until the process ends.
 */
final class StreamedCommand extends UnwrappedCommand {
  private final StreamedEvents events;

  StreamedCommand(ProcessRef ref, String name, StreamedEvents events, ExactSandbox sandbox) {
    super(ref, name, Optional.empty(), events::take, events::abandon, sandbox);
    this.events = events;
  }

  /** True once its stream has told something; throws what the stream has failed with. */
  boolean hasBegun() {
    return events.hasBegun();
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
