package dev.sandpiper;

/**
 * A process in a terminal of its own: an interactive shell, or a full-screen program. All its
 * output is on {@link ProcessEvent.Channel#TERMINAL}, and input written to {@link #stdin()} acts as
 * if typed: the terminal echoes it, and turns control characters such as 3 (Ctrl-C) into signals.
 * Closing {@code stdin()} types 4 (Ctrl-D), which a program that reads lines takes for end of file
 * at the beginning of a line.
 */
public interface Terminal extends Process {

  /**
   * Changes the size; the programs in it receive {@code SIGWINCH}.
   *
   * @throws NotFoundException if the process has ended
   * @throws InvalidRequestException if the process was attached to and has no terminal
   */
  void resize(TerminalSize size);
}
