package dev.sandpiper.files;

import dev.sandpiper.http.HttpResponse;
import java.time.DateTimeException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * By what a file is known to be the same as before: its length and when it was changed. The time is
 * told in whole seconds, so it proves something only if the answer is of a later second than the
 * change (RFC 9110, 8.8.2.2).
 *
 * @param lastModified as the server wrote it; empty if it proves nothing
 * @param size -1 where it is not known
 */
public record FileVersion(String lastModified, long size) {
  private static final FileVersion UNKNOWN = new FileVersion("", -1);

  /**
   * What an answer says of its file.
   *
   * @param size how long the whole file is, as the answer has it; null if it does not say
   */
  public static FileVersion of(HttpResponse response, @Nullable String size) {
    String lastModified = response.header("Last-Modified");
    if (response.header("Content-Encoding") != null || size == null || !size.matches("\\d{1,18}")) {
      return UNKNOWN;
    }
    boolean proves = lastModified != null && isBefore(lastModified, response.header("Date"));
    return new FileVersion(
        proves && lastModified != null ? lastModified : "", Long.parseLong(size));
  }

  private static boolean isBefore(String modified, @Nullable String answered) {
    try {
      return answered != null && time(modified).plusSeconds(1).compareTo(time(answered)) <= 0;
    } catch (DateTimeException e) {
      return false; // what is no date proves nothing
    }
  }

  private static ZonedDateTime time(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }

  /** True if a transfer of this file can be taken up again. */
  public boolean isCertain() {
    return !lastModified.isEmpty();
  }
}
