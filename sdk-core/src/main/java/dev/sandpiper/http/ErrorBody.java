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
 * What comes with a status that is an error: JSON, a gateway's page, plain text or nothing. It
 * counts as far as it can be read, where the status decides what the error is. Where the text does,
 * which tells what has happened and what is missing, a body that is cut off is a lost answer.
 *
 * @param text the body, without the credentials of the request
 * @param json the body as JSON; an empty object if it is not JSON
 */
public record ErrorBody(String text, JsonNode json) {
  /** Of an answer with a body that is {@link #isForeign}. */
  static final String FOREIGN =
      "a page that is not an answer of the platform's API; is the API URL right?";

  private static final int LONGEST = 64 << 10;
  private static final Pattern SECRET = Pattern.compile("(?i)(.*-)?(authorization|key|token)");

  /**
   * The body of an answer, which is read as far as needed.
   *
   * @throws ConnectionLostException if it is cut off where the status alone says too little
   * @throws DeadlineExceededException if it does not come in time there
   */
  public static ErrorBody of(HttpResponse response) {
    return of(response, response.pacedSource());
  }

  /** Like {@link #of(HttpResponse)}, and leaves the body to be read. */
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
            response.failure("the connection closed in the middle of an error"), null, e);
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

  /** A platform says by its text which thing is not found, and whether something was begun. */
  private static boolean isDecidedByItsText(int status) {
    return status >= 400 && status < 500 && status != 401 && status != 403 && status != 429;
  }

  private static Buffer unpacked(Buffer packed) {
    Buffer plain = new Buffer();
    try {
      fill(plain, new GzipSource(packed));
    } catch (IOException e) {
      // It was cut at the bound, and explains as far as it goes.
    }
    return plain;
  }

  private static void fill(Buffer buffer, Source source) throws IOException {
    while (buffer.size() < LONGEST && source.read(buffer, LONGEST - buffer.size()) >= 0) {
      // until the end or the bound
    }
  }

  /** Without the keys and tokens of the request, which some servers repeat. */
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
   * True of what no API that answers JSON sends: a page of HTML, such as a proxy's or a login's, or
   * what Go's own router says of an unknown route.
   */
  boolean isForeign() {
    String start = text.stripLeading();
    return start.startsWith("<") || start.startsWith("404 page not found");
  }

  /** True of a JSON object that has fields, but none of these. */
  boolean isWithout(List<String> fields) {
    return !json.isEmpty() && fields.stream().noneMatch(json::has);
  }

  /** A text field of the JSON; empty if it is missing, empty or not a text. */
  public Optional<String> field(String name) {
    return Json.text(json, name);
  }

  /** The body for people; a page is shown without its tags. */
  public String described() {
    String shown = text.stripLeading().startsWith("<") ? withoutTags(text) : text;
    return shown.isBlank() ? "an error without a text" : shown.strip();
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
