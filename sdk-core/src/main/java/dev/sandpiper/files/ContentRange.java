package dev.sandpiper.files;

import dev.sandpiper.wire.MalformedStreamException;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The range of a file that a response contains.
 *
 * @param last the offset of its last byte
 * @param total the size of the file
 */
public record ContentRange(long first, long last, long total) {
  private static final Pattern PART =
      Pattern.compile("bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})");
  private static final Pattern NONE = Pattern.compile("bytes \\*/([0-9]{1,18})");

  /**
   * Parses a {@code Content-Range} header.
   *
   * @throws MalformedStreamException if it is missing, malformed or not a possible range
   */
  public static ContentRange parse(@Nullable String header) throws MalformedStreamException {
    Matcher matcher = PART.matcher(header == null ? "" : header);
    if (!matcher.matches()) {
      throw new MalformedStreamException("a partial response without a valid Content-Range");
    }
    ContentRange range =
        new ContentRange(
            Long.parseLong(matcher.group(1)),
            Long.parseLong(matcher.group(2)),
            Long.parseLong(matcher.group(3)));
    if (range.first > range.last || range.last >= range.total) {
      throw new MalformedStreamException("an impossible Content-Range: " + range);
    }
    return range;
  }

  /** The file size in the header of a 416 response; empty if it is missing. */
  public static OptionalLong sizeOfUnsatisfied(@Nullable String header) {
    Matcher matcher = NONE.matcher(header == null ? "" : header);
    return matcher.matches()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  /** True if it is the range {@code asked}, or the part of it that the file has. */
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
