package dev.sandpiper.fake;

/** How much of its standard input a command has received and read. Used under a lock. */
final class FakeInput {
  private int lines; // complete lines that were not read yet
  private boolean ended;

  void add(byte[] bytes, boolean end) {
    for (byte each : bytes) {
      lines += each == '\n' ? 1 : 0;
    }
    ended |= end;
  }

  /** Reads a line, or the end. False if more input is needed. */
  boolean takeLine() {
    if (lines > 0) {
      lines--;
      return true;
    }
    return ended;
  }

  boolean hasEnded() {
    return ended;
  }
}
