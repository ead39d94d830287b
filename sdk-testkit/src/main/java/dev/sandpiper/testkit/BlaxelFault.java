package dev.sandpiper.testkit;

/**
 * A fault of the real Blaxel, or documented behaviour that it does not have: the embedded one has
 * it only on request. Other faults are always present: stray keep-alive lines, characters split
 * between two pieces of output, results in a string inside a document, truncated tails, log files
 * that lose their beginning.
 */
public enum BlaxelFault {
  /** Streams of a living process carry at most 4096 bytes of each output every 50 ms. */
  THROTTLE,

  /**
   * A client that does not read a process's stream blocks all calls about processes of its sandbox,
   * as soon as any client requests that process. A start that hangs like this has started its
   * command.
   */
  SLOW_READER_FREEZES,

  /**
   * A stream that its client has abandoned continues to send keep-alives, in the responses to other
   * requests, for as long as the process runs.
   */
  LEFT_BEHIND_POISONS,

  /**
   * Streams are {@code text/event-stream}, as documented, with an event for each piece of output
   * and a last one for the result; errors are such events too.
   */
  DOCUMENTED_SSE
}
