package dev.sandpiper.e2b;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.http.CallScope;

/** A command on a terminal in an E2B sandbox. */
final class EnvdTerminal extends EnvdCommand implements RunningTerminal {
  private final ProcessRpc rpc;

  EnvdTerminal(
      ProcessRef ref,
      String name,
      FollowedEvents events,
      EnvdInput input,
      ProcessTrees trees,
      ProcessRpc rpc) {
    super(ref, name, events, input, trees);
    this.rpc = rpc;
  }

  @Override
  public void resize(TerminalSize size, CallScope scope) {
    rpc.in(scope).resize(name(), Integer.parseUnsignedInt(ref().processId()), size);
  }
}
