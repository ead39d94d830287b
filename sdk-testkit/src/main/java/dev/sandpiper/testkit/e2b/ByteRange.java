package dev.sandpiper.testkit.e2b;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One part of a file, its last byte included. */
record ByteRange(long first, long last) {
  private static final Pattern SINGLE = Pattern.compile("bytes=\\s*(\\d*)\\s*-\\s*(\\d*)\\s*");
  private static final Pattern SEVERAL = Pattern.compile("bytes=[\\d\\s,-]*,[\\d\\s,-]*");

  /** There is nothing to send for a range. The message says why. */
  static final class UnsatisfiableException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean beyondTheEnd;

    UnsatisfiableException(String message, boolean beyondTheEnd) {
      super(message);
      this.beyondTheEnd = beyondTheEnd;
    }

    boolean isBeyondTheEnd() {
      return beyondTheEnd;
    }
  }

  /** The part that a header asks for; null for the whole, also where it asks for several parts. */
  static @Nullable ByteRange parse(@Nullable String header, long size)
      throws UnsatisfiableException {
    if (header == null || header.isEmpty()) return null;
    Matcher matcher = SINGLE.matcher(header);
    if (!matcher.matches()) {
      if (SEVERAL.matcher(header).matches()) return null;
      throw new UnsatisfiableException("invalid range", false);
    }
    if (size == 0) return null;
    String first = matcher.group(1);
    String last = matcher.group(2);
    if (first.isEmpty() && last.isEmpty()) throw new UnsatisfiableException("invalid range", false);
    if (first.isEmpty()) return new ByteRange(Math.max(0, size - number(last)), size - 1);
    long from = number(first);
    if (from >= size) throw new UnsatisfiableException("invalid range: failed to overlap", true);
    long to = last.isEmpty() ? size - 1 : Math.min(number(last), size - 1);
    if (to < from) throw new UnsatisfiableException("invalid range", false);
    return new ByteRange(from, to);
  }

  private static long number(String digits) {
    return digits.length() > 18 ? Long.MAX_VALUE : Long.parseLong(digits);
  }

  long length() {
    return last - first + 1;
  }

  String describe(long size) {
    return "bytes %d-%d/%d".formatted(first, last, size);
  }
}
