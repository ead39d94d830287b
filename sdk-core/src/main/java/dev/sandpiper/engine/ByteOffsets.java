package dev.sandpiper.engine;

import static java.util.Objects.requireNonNull;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in the output of a process: how many bytes of each channel are in front of it. {@link
 * #toString()} and {@link #parse} are each other's inverse.
 */
public record ByteOffsets(long stdout, long stderr) {
  public static final ByteOffsets BEGINNING = new ByteOffsets(0, 0);

  private static final Pattern TEXT = Pattern.compile("o(\\d{1,18})\\.e(\\d{1,18})");

  public ByteOffsets {
    if (stdout < 0 || stderr < 0) {
      throw new IllegalArgumentException("an offset is not negative");
    }
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @throws IllegalArgumentException if {@code text} is something else
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
