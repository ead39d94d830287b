package dev.sandpiper.e2b.process;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.TreeCommand;
import dev.sandpiper.http.CallScope;
import java.util.Optional;

/** A command in an E2B sandbox, possibly on a terminal. */
final class EnvdCommand extends TreeCommand implements RunningTerminal {
  private final EnvdInput input;

  EnvdCommand(
      ProcessRef ref, String name, FollowedEvents events, EnvdInput input, ProcessTrees trees) {
    super(ref, name, Optional.empty(), events, input, trees, events::mayLoseFinalOutput);
    this.input = input;
  }

  @Override
  public void resize(TerminalSize size, CallScope scope) {
    input.resize(size, scope);
  }
}
