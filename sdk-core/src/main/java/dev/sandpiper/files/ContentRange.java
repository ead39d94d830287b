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
  private static final Pattern PART =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");
  private static final Pattern NONE = Pattern.compile("bytes \\*/([0-9]{1,18})");

  /**
   * Reads a {@code Content-Range}.
   *
   * @throws MalformedStreamException if it is missing, or names no part of a file
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

  /** The size of a file that has no byte where one was asked for; empty if the answer lacks it. */
  public static OptionalLong sizeOfUnsatisfied(@Nullable String header) {
    Matcher matcher = NONE.matcher(header == null ? "" : header);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /** True if it begins and ends where {@code asked} does, or the file ends before. */
  boolean answers(ByteSpan asked) {
    return first == asked.first() && last + 1 == asked.endIn(total);
  }

  long length() {
    return last - first + 1;
  }

  @Override
  public String toString() {
    return first + "-" + last + " of " + total;
  }
}
