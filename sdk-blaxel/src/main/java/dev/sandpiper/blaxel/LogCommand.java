package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.engine.ByteOffsets;
import java.util.Optional;

/** A process that somebody else started, by the files in which the server keeps its outputs. */
final class LogCommand extends UnwrappedCommand {
  private final ByteOffsets begin;
  private final FileEvents events;

  LogCommand(ProcessRef ref, ByteOffsets begin, FileEvents events, ExactSandbox sandbox) {
    super(ref, ref.processId(), sandbox);
    this.begin = begin;
    this.events = events;
  }

  @Override
  public Optional<ByteOffsets> beginsAt() {
    return Optional.of(begin);
  }

  @Override
  public ProcessEvent next() {
    return events.next();
  }

  @Override
  RuntimeException noInput() {
    return new InvalidRequestException(
        Failure.of(
            "write stdin",
            ref().toString(),
            "its standard input is not open; Command.openStdin() opens it"));
  }

  @Override
  public void cancel() {
    events.cancel();
  }
}
