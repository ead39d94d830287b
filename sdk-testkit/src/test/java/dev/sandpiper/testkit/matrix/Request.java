package dev.sandpiper.testkit.matrix;

/**
 * A request that an operation makes.
 *
 * @param text what its head holds
 * @param hasBody whether it sends more than its head
 */
record Request(String text, Answer answer, boolean hasBody) {
  /** What the body of its response is. */
  enum Answer {
    EMPTY,
    /** A few dozen bytes, or the first frame of a stream. */
    SHORT,
    /** The 50,000 bytes of a file. */
    FILE,
    /** The events of a command, which writes and ends. */
    EVENTS
  }

  static Request get(String text, Answer answer) {
    return new Request(text, answer, false);
  }

  static Request post(String text, Answer answer) {
    return new Request(text, answer, true);
  }
}
