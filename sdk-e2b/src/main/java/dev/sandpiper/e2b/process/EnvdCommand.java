package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/** A command in an E2B sandbox, on a terminal or not, with the stream that tells of it. */
record EnvdCommand(
    ProcessRef ref, String name, FollowedEvents events, EnvdInput input, ProcessTrees trees)
    implements RunningTerminal {

  @Override
  public ProcessEvent next() {
    return events.next();
  }

  @Override
  public void stopTree(Duration grace, CallScope scope) {
    trees.stop(ref, grace, events::mayLoseLastWords, scope);
  }

  @Override
  public boolean signal(Signal signal, CallScope scope) {
    return trees.signal(ref, signal, null, events::mayLoseLastWords, scope);
  }

  @Override
  public void release(CallScope scope) {
    trees.release(ref, events::mayLoseLastWords, scope);
  }

  @Override
  public void writeStdin(byte[] bytes, int offset, int length) {
    input.write(bytes, offset, length);
  }

  @Override
  public void closeStdin() {
    input.close();
  }

  @Override
  public void giveUpStdin() {
    input.giveUp();
  }

  @Override
  public void resize(TerminalSize size, CallScope scope) {
    input.resize(size, scope);
  }

  @Override
  public void cancel() {
    events.cancel();
  }

  @Override
  public void close() {
    events.close();
  }
}
