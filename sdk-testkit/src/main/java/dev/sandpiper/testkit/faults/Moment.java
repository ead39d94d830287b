package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** When a fault happens while a message passes. Immutable; {@link #watch} follows one message. */
final class Moment {
  private static final String END_OF_HEAD = "\r\n\r\n";

  private final String text; // empty if only the bytes count
  private final long bytes;
  private final boolean headCounts;

  private Moment(String text, long bytes, boolean headCounts) {
    this.text = text;
    this.bytes = bytes;
    this.headCounts = headCounts;
  }

  static Moment afterBytes(long count) {
    return new Moment("", notNegative(count), true);
  }

  static Moment afterBodyBytes(long count) {
    return new Moment("", notNegative(count), false);
  }

  static Moment afterText(String text) {
    if (text.isEmpty()) throw new IllegalArgumentException("text must not be empty");
    return new Moment(text, 0, true);
  }

  private static long notNegative(long count) {
    if (count < 0) throw new IllegalArgumentException("count must not be negative: " + count);
    return count;
  }

  /** Whether the head of a message counts if it is separate from the body, as on HTTP/2. */
  boolean headCounts() {
    return headCounts;
  }

  /** Follows a message of HTTP/1.1, whose head is part of its bytes. */
  Watch watchHttp1() {
    return headCounts ? watch() : new Watch(new Search(END_OF_HEAD), new Count(bytes), false);
  }

  Watch watch() {
    boolean isText = !text.isEmpty();
    return new Watch(isText ? new Search(text) : new Count(0), new Count(bytes), isText);
  }

  @Override
  public String toString() {
    if (!text.isEmpty()) return "after the text '" + text + "'";
    return "after " + bytes + (headCounts ? " bytes" : " bytes of the body");
  }

  /** Two conditions, met one after the other. Single-threaded, except for {@link #had}. */
  static final class Watch {
    private final Condition first;
    private final Count second;
    private final boolean isText;

    private Watch(Condition first, Count second, boolean isText) {
      this.first = first;
      this.second = second;
      this.isText = isText;
    }

    /** What was missing in a message that ended before the moment. */
    String had() {
      if (isText) return "did not have this text";
      return "had " + second.passed() + (second.passed() == 1 ? " byte" : " bytes");
    }

    /** How many of these bytes pass before the moment; -1 if it is not reached in them. */
    int reachedIn(byte[] buffer, int offset, int count) {
      int begun = first.metIn(buffer, offset, count);
      if (begun < 0) return -1;
      int rest = second.metIn(buffer, offset + begun, count - begun);
      return rest < 0 ? -1 : begun + rest;
    }
  }

  /** Once it is met, it is met after zero further bytes. */
  private interface Condition {
    int metIn(byte[] buffer, int offset, int count);
  }

  private static final class Count implements Condition {
    private final long wanted;
    private volatile long left;

    Count(long wanted) {
      this.wanted = wanted;
      this.left = wanted;
    }

    long passed() {
      return wanted - left;
    }

    @Override
    public int metIn(byte[] buffer, int offset, int count) {
      long before = left;
      int passing = (int) Math.min(before, count);
      left = before - passing;
      return before == passing ? passing : -1;
    }
  }

  private static final class Search implements Condition {
    private final String text;
    private String tail = ""; // a possible beginning of the text
    private boolean found;

    Search(String text) {
      this.text = text;
    }

    @Override
    public int metIn(byte[] buffer, int offset, int count) {
      if (found) return 0;
      String seen = tail + new String(buffer, offset, count, ISO_8859_1);
      int at = seen.indexOf(text);
      int before = tail.length();
      tail = seen.substring(Math.max(0, seen.length() - text.length() + 1));
      found = at >= 0;
      return found ? at + text.length() - before : -1;
    }
  }
}
