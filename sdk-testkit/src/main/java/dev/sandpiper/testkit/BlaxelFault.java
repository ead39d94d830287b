package dev.sandpiper.testkit;

/**
 * What the real Blaxel does wrong, or its documentation says and it does not: the embedded one does
 * so only when asked. Other faults are always there: invented keep-alive lines, characters split
 * between two pieces of output, results in a string inside a document, truncated tails, log files
 * that lose their heads.
 */
public enum BlaxelFault {
  /** Streams of a living process carry at most 4096 bytes of each output every 50 ms. */
  THROTTLE,

  /**
   * A client that does not read a process's stream stops, as soon as somebody asks for that
   * process, all calls about processes of its sandbox. A start that hangs so has started its
   * command.
   */
  SLOW_READER_FREEZES,

  /**
   * A stream that its client has left goes on to tell it that it is alive: in the answers to other
   * requests, for as long as the process runs.
   */
  LEFT_BEHIND_POISONS,

  /**
   * Streams are {@code text/event-stream}, as documented, with an event for each piece of output
   * and a last one for the result; refusals are such events too.
   */
  DOCUMENTED_SSE
}
