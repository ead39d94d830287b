package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.blaxel.Tailer.Channel;

/**
 * One client's stream of a process's output. Each call blocks at the client's pace; none fails,
 * because a client that has gone is nobody's business but the stream's.
 */
interface OutputStreaming {
  /** A line from before, without its newline, whether or not the process has written one. */
  void line(Channel channel, byte[] line);

  /** A piece of output, whose borders fall anywhere. */
  void output(Channel channel, byte[] piece);

  /** What the server says itself. */
  void message(String text);

  /** There is no more. Does not block. */
  void end();
}
