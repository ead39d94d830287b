package dev.sandpiper.engine;

import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.http.CallScope;
import java.util.Optional;

/** A process on a terminal, whose stream is read by a pump. */
final class StartedTerminal extends StartedProcess implements Terminal {
  private final RunningTerminal terminal;

  private StartedTerminal(RunningTerminal terminal, OnClose onClose) {
    super(terminal, onClose, true, Optional.empty());
    this.terminal = terminal;
  }

  /** One of our own. */
  static StartedTerminal started(RunningTerminal terminal) {
    return new StartedTerminal(terminal, OnClose.KILL);
  }

  /** One of somebody else's. */
  static StartedTerminal attached(RunningTerminal terminal) {
    return new StartedTerminal(terminal, OnClose.LET_GO);
  }

  @Override
  public void resize(TerminalSize size) {
    terminal.resize(size, CallScope.open());
  }
}
