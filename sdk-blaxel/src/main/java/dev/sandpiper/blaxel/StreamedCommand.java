package dev.sandpiper.blaxel;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.UnsupportedCapabilityException;

/** A command in a Blaxel sandbox, with the stream that tells of it. */
final class StreamedCommand extends UnwrappedCommand {
  private final StreamedEvents events;
  private final StreamDrain drain;

  StreamedCommand(
      ProcessRef ref, String name, StreamedEvents events, StreamDrain drain, ExactSandbox sandbox) {
    super(ref, name, sandbox);
    this.events = events;
    this.drain = drain;
  }

  @Override
  public ProcessEvent next() {
    return events.take();
  }

  /** True once its stream has told something; throws what the stream has failed with. */
  boolean hasBegun() {
    return events.hasBegun();
  }

  @Override
  public ProcessDetails details() {
    ProcessDetails ended = drain.ended();
    return ended != null ? ended : super.details();
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

  /** The stream is read on, on its own thread, until the process ends. */
  @Override
  public void cancel() {
    events.abandon();
  }
}
