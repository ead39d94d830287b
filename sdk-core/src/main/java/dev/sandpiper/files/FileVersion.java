package dev.sandpiper.files;

import dev.sandpiper.http.HttpResponse;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a version of a file by its size and its modification time in whole seconds. A second
 * change within the same second would go unnoticed, so the time is a strong validator only if the
 * response is dated later (RFC 9110, 8.8.2.2). At least two seconds later, because the kernel's
 * clock for files lags by a tick, and a server looks at the file before it dates its response.
 *
 * @param lastModified as the server sent it; empty if it is not a strong validator
 * @param size -1 if unknown
 */
record FileVersion(String lastModified, long size) {
  private static final int MARGIN_SECONDS = 2;
  static final FileVersion UNKNOWN = new FileVersion("", -1);

  /**
   * The version of the file in a response.
   *
   * @param size the size of the whole file according to the response; null if it is missing
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
      return false; // a malformed date validates nothing
    }
  }

  private static ZonedDateTime time(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  /** True if another response can be proved to have the same content. */
  boolean isCertain() {
    return !lastModified.isEmpty();
  }

  /** True if a response with this range is of this version. */
  boolean isOf(HttpResponse response, ContentRange range) {
    String modified = response.header("Last-Modified"); // may be missing behind an If-Range
    return range.total() == size && (modified == null || modified.equals(lastModified));
  }
}
