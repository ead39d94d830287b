package dev.sandpiper.blaxel.process;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A process that runs without our wrapper: all that is known of it is the server's record. */
class UnwrappedCommand implements RunningCommand {
  private final ProcessRef ref;
  private final String name;
  private final Optional<ByteOffsets> begin;
  private final Supplier<ProcessEvent> events;
  private final Runnable cancellation;
  private final ExactSandbox sandbox;

  /**
   * @param begin the position of the first event; empty if its output has no positions
   * @param events blocks for the next event
   * @param cancellation frees the reader of {@code events}
   */
  UnwrappedCommand(
      ProcessRef ref,
      String name,
      Optional<ByteOffsets> begin,
      Supplier<ProcessEvent> events,
      Runnable cancellation,
      ExactSandbox sandbox) {
    this.ref = ref;
    this.name = name;
    this.begin = begin;
    this.events = events;
    this.cancellation = cancellation;
    this.sandbox = sandbox;
  }

  @Override
  public final ProcessRef ref() {
    return ref;
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final Optional<ByteOffsets> beginsAt() {
    return begin;
  }

  @Override
  public final ProcessEvent next() {
    return events.get();
  }

  @Override
  public final void stopTree(Duration grace, CallScope scope) {
    sandbox.trees().stop(ref, grace, () -> {}, scope);
  }

  @Override
  public final boolean signal(Signal signal, CallScope scope) {
    return sandbox.trees().signal(ref, signal, null, () -> {}, scope);
  }

  @Override
  public final void release(CallScope scope) {
    sandbox.trees().release(ref, () -> {}, scope);
  }

  @Override
  public final void writeStdin(byte[] bytes, int offset, int length) {
    throw noInput();
  }

  @Override
  public final void closeStdin() {
    throw noInput();
  }

  /** Why there is nothing to write to. */
  SandboxException noInput() {
    return new InvalidRequestException(
        Failure.of(
            "write stdin",
            ref.toString(),
            "its standard input is not open; Command.openStdin() opens it"));
  }

  @Override
  public final void giveUpStdin() {}

  @Override
  public final void cancel() {
    cancellation.run();
  }

  @Override
  public final void close() {
    cancel();
  }
}
