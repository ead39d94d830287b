package dev.sandpiper.e2b;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/** A command in an E2B sandbox, with the stream that tells of it. */
class EnvdCommand implements RunningCommand {
  private final ProcessRef ref;
  private final String name;
  private final FollowedEvents events;
  private final EnvdInput input;
  private final ProcessTrees trees;

  EnvdCommand(
      ProcessRef ref, String name, FollowedEvents events, EnvdInput input, ProcessTrees trees) {
    this.ref = ref;
    this.name = name;
    this.events = events;
    this.input = input;
    this.trees = trees;
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
  public final ProcessEvent next() {
    return events.next();
  }

  @Override
  public final void stopTree(Duration grace, CallScope scope) {
    trees.stop(ref, grace, events::mayLoseLastWords, scope);
  }

  @Override
  public final boolean signal(Signal signal, CallScope scope) {
    return trees.signal(ref, signal, null, events::mayLoseLastWords, scope);
  }

  @Override
  public final void release(CallScope scope) {
    trees.release(ref, events::mayLoseLastWords, scope);
  }

  @Override
  public final void writeStdin(byte[] bytes, int offset, int length) {
    input.write(bytes, offset, length);
  }

  @Override
  public final void closeStdin() {
    input.close();
  }

  @Override
  public final void giveUpStdin() {
    input.giveUp();
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
