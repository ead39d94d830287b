package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.Optional;

/** A command that is stopped and signalled through its process tree in the sandbox. */
public class TreeCommand implements RunningCommand {
  private final ProcessRef ref;
  private final String name;
  private final Optional<ByteOffsets> beginsAt;
  private final CommandEvents events;
  private final CommandInput input;
  private final ProcessTrees trees;
  private final Runnable beforeSignal;

  /**
   * @param beginsAt the position of the first event; empty if the platform keeps no output
   * @param beforeSignal runs before a signal that may end the command
   */
  public TreeCommand(
      ProcessRef ref,
      String name,
      Optional<ByteOffsets> beginsAt,
      CommandEvents events,
      CommandInput input,
      ProcessTrees trees,
      Runnable beforeSignal) {
    this.ref = ref;
    this.name = name;
    this.beginsAt = beginsAt;
    this.events = events;
    this.input = input;
    this.trees = trees;
    this.beforeSignal = beforeSignal;
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
    return beginsAt;
  }

  @Override
  public final ProcessEvent next() {
    return events.next();
  }

  @Override
  public final CommandInput input() {
    return input;
  }

  @Override
  public final void stopTree(Duration grace, CallScope scope) {
    trees.stop(ref, grace, beforeSignal, scope);
  }

  @Override
  public final boolean signal(Signal signal, CallScope scope) {
    return trees.signal(ref, signal, null, beforeSignal, scope);
  }

  @Override
  public final void release(CallScope scope) {
    trees.release(ref, beforeSignal, scope);
  }

  @Override
  public final void cancel() {
    events.cancel();
  }

  @Override
  public final void close() {
    events.close();
  }
}
