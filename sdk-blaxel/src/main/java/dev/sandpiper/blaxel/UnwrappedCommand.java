package dev.sandpiper.blaxel;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/** A process that runs without our wrapper: all that is known of it is the server's record. */
abstract class UnwrappedCommand implements BlaxelRunning {
  private final ProcessRef ref;
  private final String name;
  private final ExactSandbox sandbox;

  UnwrappedCommand(ProcessRef ref, String name, ExactSandbox sandbox) {
    this.ref = ref;
    this.name = name;
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
  public ProcessDetails details() {
    return sandbox.api().get("look at", ref.processId());
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
  abstract RuntimeException noInput();

  @Override
  public final void giveUpStdin() {}

  @Override
  public final void close() {
    cancel();
  }
}
