package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A position in the output of a process: how many bytes of each channel precede it. {@link #parse}
 * reads what {@link #toString()} writes.
 */
public record ByteOffsets(long stdout, long stderr) {
  public static final ByteOffsets BEGINNING = new ByteOffsets(0, 0);

  private static final Pattern TEXT = Pattern.compile("o(\\d{1,18})\\.e(\\d{1,18})");

  public ByteOffsets {
    if (stdout < 0 || stderr < 0) {
      throw new IllegalArgumentException("offsets must not be negative: " + stdout + ", " + stderr);
    }
  }

  /**
   * Parses the result of {@link #toString()}.
   *
   * @throws IllegalArgumentException if {@code text} has another format
   */
  public static ByteOffsets parse(String text) {
    Matcher matcher = TEXT.matcher(requireNonNull(text, "position"));
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a position is what EventStream.position() returned; this has "
              + text.length()
              + " characters and is not valid");
    }
    return new ByteOffsets(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return "o" + stdout + ".e" + stderr;
  }
}
