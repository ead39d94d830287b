package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okio.Buffer;
import okio.GzipSource;
import okio.Source;

/**
 * The body of an error response: JSON, a gateway's page, plain text or empty. If the status decides
 * the error, a truncated body is used as far as it can be read. If the text decides it, a truncated
 * body is a lost response.
 *
 * @param text the body, without the credentials of the request
 * @param json the body as JSON; an empty object if it is not JSON
 */
public record ErrorBody(String text, JsonNode json) {
  /** What is reported about a body that {@link #isForeign}. */
  static final String FOREIGN =
      "the body is a page and not a response of the platform's API; check the API URL";

  private static final int LONGEST = 64 << 10;
  private static final Pattern SECRET = Pattern.compile("(?i)(.*-)?(authorization|key|token)");

  /**
   * Reads the body of a response, as far as needed.
   *
   * @throws ConnectionLostException if it is truncated and the status alone does not decide the
   *     error
   * @throws DeadlineExceededException likewise, if it does not arrive in time
   */
  public static ErrorBody of(HttpResponse response) {
    return of(response, response.pacedSource());
  }

  /** Like {@link #of(HttpResponse)}, but peeks, so that the body can still be read. */
  public static ErrorBody ahead(HttpResponse response) {
    return of(response, response.pacedSource().peek());
  }

  private static ErrorBody of(HttpResponse response, Source body) {
    Buffer start = new Buffer();
    try {
      fill(start, body);
    } catch (IOException e) {
      if (isDecidedByItsText(response.status())) {
        throw new ConnectionLostException(
            response.failure("the connection closed in the middle of an error response"), null, e);
      }
    } catch (DeadlineExceededException e) {
      if (isDecidedByItsText(response.status())) {
        throw e;
      }
    }
    Buffer plain = isPacked(response) ? unpacked(start) : start;
    return of(redacted(plain.readString(UTF_8), response.sentHeaders()));
  }

  private static boolean isPacked(HttpResponse response) {
    String encoding = response.header("Content-Encoding");
    return encoding != null && encoding.toLowerCase(Locale.ROOT).contains("gzip");
  }

  /**
   * With these statuses only the text says what was not found, or whether the operation had begun.
   */
  private static boolean isDecidedByItsText(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 429;
  }

  private static Buffer unpacked(Buffer packed) {
    Buffer plain = new Buffer();
    try {
      fill(plain, new GzipSource(packed));
    } catch (IOException e) {
      // Truncated at the limit: the part that was unpacked is used.
    }
    return plain;
  }

  private static void fill(Buffer buffer, Source source) throws IOException {
    while (buffer.size() < LONGEST && source.read(buffer, LONGEST - buffer.size()) >= 0) {
      // reads until the end or the limit
    }
  }

  /** Removes the keys and tokens of the request, which some servers repeat. */
  private static String redacted(String text, Headers sent) {
    String clean = text;
    for (int i = 0; i < sent.size(); i++) {
      if (SECRET.matcher(sent.name(i)).matches()) {
        String value = sent.value(i);
        clean = clean.replace(value.substring(value.lastIndexOf(' ') + 1), "...");
      }
    }
    return clean;
  }

  public static ErrorBody of(String text) {
    try {
      return new ErrorBody(text, Json.parse(text.getBytes(UTF_8)));
    } catch (MalformedStreamException e) {
      return new ErrorBody(text, Json.object());
    }
  }

  /**
   * True if the body cannot come from a JSON API: an HTML page, such as a proxy's or a login page,
   * or the response of Go's default router to an unknown route.
   */
  boolean isForeign() {
    String start = text.stripLeading();
    return start.startsWith("<") || start.startsWith("404 page not found");
  }

  /** True if the body is a JSON object with fields, but without any of these. */
  boolean isWithout(List<String> fields) {
    return !json.isEmpty() && fields.stream().noneMatch(json::has);
  }

  /** A string field of the JSON; empty if it is missing, empty or not a string. */
  public Optional<String> field(String name) {
    return Json.text(json, name);
  }

  /** The body as readable text; HTML tags are removed. */
  public String described() {
    String shown = text.stripLeading().startsWith("<") ? withoutTags(text) : text;
    return shown.isBlank() ? "an error without a message" : shown.strip();
  }

  private static String withoutTags(String page) {
    int body = page.toLowerCase(Locale.ROOT).indexOf("<body");
    StringBuilder shown = new StringBuilder();
    boolean isInTag = false;
    for (int i = Math.max(body, 0); i < page.length(); i++) {
      char one = page.charAt(i);
      if (one == '<' || (isInTag && one == '>')) {
        isInTag = one == '<';
        shown.append(' ');
      } else if (!isInTag) {
        shown.append(one);
      }
    }
    return shown.toString().replaceAll("\\s+", " ");
  }
}
