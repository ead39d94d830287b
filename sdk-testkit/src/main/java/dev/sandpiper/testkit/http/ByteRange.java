package dev.sandpiper.testkit.http;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One part of a file. */
public record ByteRange(long first, long length) {
  private static final String UNIT = "bytes=";

  /** A range is not satisfiable. The message says why. */
  public static final class UnsatisfiableException extends Exception {
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

  /**
   * The ranges of a header, in its order, without those that begin after the end. Empty for the
   * whole file: also if it is empty, or shorter than all the ranges together.
   */
  public static List<ByteRange> parse(@Nullable String header, long size)
      throws UnsatisfiableException {
    List<ByteRange> ranges = new ArrayList<>();
    if (header == null || header.isEmpty()) return ranges;
    if (!header.startsWith(UNIT)) throw malformed();
    boolean beyond = false;
    long total = 0;
    for (String part : header.substring(UNIT.length()).split(",", -1)) {
      if (part.isBlank()) continue;
      ByteRange range = one(part, size);
      beyond |= range == null;
      if (range == null) continue;
      ranges.add(range);
      total += range.length;
    }
    if (beyond && ranges.isEmpty() && size > 0) {
      throw new UnsatisfiableException("invalid range: failed to overlap", true);
    }
    return total > size ? List.of() : ranges;
  }

  /** Null if it begins after the end. */
  private static @Nullable ByteRange one(String part, long size) throws UnsatisfiableException {
    int dash = part.indexOf('-');
    if (dash < 0) throw malformed();
    String first = part.substring(0, dash).trim();
    String last = part.substring(dash + 1).trim();
    if (first.isEmpty()) {
      long length = Math.min(number(last), size);
      return new ByteRange(size - length, length);
    }
    long from = number(first);
    if (from >= size) return null;
    long to = last.isEmpty() ? size - 1 : number(last);
    if (to < from) throw malformed();
    return new ByteRange(from, Math.min(to, size - 1) - from + 1);
  }

  private static long number(String digits) throws UnsatisfiableException {
    if (!digits.matches("[0-9]{1,18}")) throw malformed();
    return Long.parseLong(digits);
  }

  private static UnsatisfiableException malformed() {
    return new UnsatisfiableException("invalid range", false);
  }

  public String describe(long size) {
    return "bytes " + first + "-" + (first + length - 1) + "/" + size;
  }
}
