package dev.sandpiper.engine;

import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import java.time.Duration;
import java.util.Optional;

/** A process on a terminal, whose stream is read by a pump. */
final class StartedTerminal extends StartedProcess implements Terminal {
  private final RunningTerminal terminal;
  private final BackgroundThreads threads;

  StartedTerminal(
      RunningTerminal terminal, OnClose onClose, BackgroundThreads threads, Duration grace) {
    super(terminal, onClose, true, Optional.empty(), threads, grace);
    this.terminal = terminal;
    this.threads = threads;
  }

  @Override
  public void resize(TerminalSize size) {
    terminal.resize(size, threads.scope());
  }
}
