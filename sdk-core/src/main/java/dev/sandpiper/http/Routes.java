package dev.sandpiper.http;

import dev.sandpiper.wire.SentText;
import java.util.Iterator;
import java.util.List;
import okhttp3.HttpUrl;

/** Resolves the routes of an API against its base URL, which may have a path. */
public final class Routes {
  private Routes() {}

  /**
   * Parses a base URL; a trailing slash is removed.
   *
   * @param what names it in messages, such as "the API URL"
   * @throws IllegalArgumentException if it is not an http or https URL, or has credentials, a query
   *     or a fragment, which requests would drop. The message does not repeat these
   */
  public static HttpUrl base(String what, String text) {
    HttpUrl url = HttpUrl.parse(text);
    if (url == null) {
      throw new IllegalArgumentException(
          what + " is not an http or https URL: '" + withoutSecrets(text) + "'");
    }
    boolean hasCredentials = !url.encodedUsername().isEmpty() || !url.encodedPassword().isEmpty();
    if (hasCredentials || url.encodedQuery() != null || url.encodedFragment() != null) {
      throw new IllegalArgumentException(
          what
              + " must not have credentials, a query or a fragment: '"
              + withoutSecrets(text)
              + "'");
    }
    String path = url.encodedPath();
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return url.newBuilder().encodedPath(path.substring(0, end)).build();
  }

  /** The URL of a call; {@code values} replace the parts of its route in braces, in order. */
  public static HttpUrl of(HttpUrl base, ApiCall call, String... values) {
    Iterator<String> value = List.of(values).iterator();
    String[] segments = call.rule().segments();
    for (int i = 0; i < segments.length; i++) {
      segments[i] = segments[i].startsWith("{") ? value.next() : segments[i];
    }
    return under(base, segments);
  }

  /**
   * A URL below {@code base}. Each string becomes one path segment; slashes in it are escaped.
   *
   * @throws IllegalArgumentException if a segment is empty, {@code .} or {@code ..}, which would
   *     lead to another route
   */
  public static HttpUrl under(HttpUrl base, String... segments) {
    HttpUrl.Builder url = base.newBuilder();
    for (String segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException("'" + segment + "' is not a valid id or name");
      }
      url.addPathSegment(SentText.require("an id or a name", segment));
    }
    return url.build();
  }

  /** Checks a port number given by the caller. */
  public static int port(int number) {
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("port must be 1 to 65535: " + number);
    }
    return number;
  }

  /**
   * The URL for messages: without what precedes the last {@code @} (credentials) and what follows
   * the question mark (tokens).
   */
  public static String withoutSecrets(String url) {
    return url.substring(url.lastIndexOf('@') + 1).split("[?#]", 2)[0];
  }
}
