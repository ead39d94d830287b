package dev.sandpiper.files;

import dev.sandpiper.wire.MalformedStreamException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a file an answer holds.
 *
 * @param last the last byte of it, counted from 0
 * @param total how many the file has
 */
public record ContentRange(long first, long last, long total) {
  private static final Pattern PART = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18})");
  private static final Pattern NONE = Pattern.compile("bytes \\*/(\\d{1,18})");

  /**
   * Reads a {@code Content-Range}; null where there is none.
   *
   * @throws MalformedStreamException if it names no part of a file
   */
  public static ContentRange parse(@Nullable String header) throws MalformedStreamException {
    Matcher matcher = PART.matcher(header == null ? "" : header);
    if (!matcher.matches()) {
      throw new MalformedStreamException("a part of the file without saying which");
    }
    ContentRange range =
        new ContentRange(
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)));
    if (range.first > range.last || range.last >= range.total) {
      throw new MalformedStreamException("an impossible part of the file: " + range);
    }
    return range;
  }

  /** How long a file is of which no byte was in reach; empty if that is not told. */
  public static OptionalLong sizeOfUnsatisfied(@Nullable String header) {
    Matcher matcher = NONE.matcher(header == null ? "" : header);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  @Override
  public String toString() {
    return first + "-" + last + " of " + total;
  }
}
