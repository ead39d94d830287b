package dev.sandpiper.files;

import dev.sandpiper.http.HttpResponse;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * By what a file is recognised: its size and when it was changed, in whole seconds. A change in the
 * same second would not be seen, so the time proves something only if the answer is from a later
 * one (RFC 9110, 8.8.2.2). Two seconds later, because the kernel's clock for files lags by a tick,
 * and a server looks at the file before it dates its answer.
 *
 * @param lastModified as the server wrote it; empty if it proves nothing
 * @param size -1 where it is not known
 */
record FileVersion(String lastModified, long size) {
  private static final int MARGIN_SECONDS = 2;
  static final FileVersion UNKNOWN = new FileVersion("", -1);

  /**
   * What an answer says of its file.
   *
   * @param size how long the whole file is, as the answer has it; null if it does not say
   */
  static FileVersion of(HttpResponse response, @Nullable String size) {
    if (response.header("Content-Encoding") != null
        || size == null
        || !size.matches("[0-9]{1,18}")) {
      return UNKNOWN;
    }
    String modified = response.header("Last-Modified");
    boolean proves = modified != null && isBefore(modified, response.header("Date"));
    return new FileVersion(proves && modified != null ? modified : "", Long.parseLong(size));
  }

  private static boolean isBefore(String modified, @Nullable String answered) {
    try {
      return answered != null
          && time(modified).plusSeconds(MARGIN_SECONDS).compareTo(time(answered)) <= 0;
    } catch (DateTimeException e) {
      return false; // a malformed date proves nothing
    }
  }

  private static ZonedDateTime time(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  /** True if another answer can be known to be about the same content. */
  boolean isCertain() {
    return !lastModified.isEmpty();
  }

  /** True if an answer with this range is about this version. */
  boolean isOf(HttpResponse response, ContentRange range) {
    String modified = response.header("Last-Modified"); // may be missing behind an If-Range
    return range.total() == size && (modified == null || modified.equals(lastModified));
  }
}
