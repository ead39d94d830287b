package dev.sandpiper;

/**
 * A process on a terminal of its own: an interactive shell, or a full-screen program. All that it
 * writes comes on {@link ProcessEvent.Channel#TERMINAL}, and what is written to {@link #stdin()} is
 * typed: the terminal echoes it, and makes signals of control characters such as 3 (Ctrl-C).
 * Closing {@code stdin()} types 4 (Ctrl-D), which a program that reads lines takes for the end of
 * file when it stands at the beginning of a line.
 */
public interface Terminal extends Process {

  /**
   * Changes the size; its programs get {@code SIGWINCH}.
   *
   * @throws NotFoundException if the process has ended
   * @throws InvalidRequestException if it was attached to, and has no terminal
   */
  void resize(TerminalSize size);
}
