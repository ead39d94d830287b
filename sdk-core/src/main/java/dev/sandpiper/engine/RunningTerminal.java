package dev.sandpiper.engine;

import dev.sandpiper.TerminalSize;
import dev.sandpiper.http.CallScope;

/** A command on a terminal. Its stdin is the keyboard; closing it types Ctrl-D. */
public interface RunningTerminal extends RunningCommand {

  /**
   * Changes the size. May be called from any thread.
   *
   * @throws dev.sandpiper.NotFoundException if the process has ended
   */
  void resize(TerminalSize size, CallScope scope);
}
