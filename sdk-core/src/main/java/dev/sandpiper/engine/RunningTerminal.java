package dev.sandpiper.engine;

import dev.sandpiper.TerminalSize;
import dev.sandpiper.http.CallScope;

/** A command on a terminal. Its stdin is what is typed, and closing that types Ctrl-D. */
public interface RunningTerminal extends RunningCommand {

  /**
   * Changes the size. May be called from any thread.
   *
   * @throws dev.sandpiper.NotFoundException if the process is over
   */
  void resize(TerminalSize size, CallScope scope);
}
