package dev.sandpiper.http;

import dev.sandpiper.wire.SentText;
import java.util.Iterator;
import java.util.List;
import okhttp3.HttpUrl;

/** Joins the routes of an API to the address of its server, which may have a path of its own. */
public final class Routes {
  private Routes() {}

  /**
   * The address of a server, without a slash at its end.
   *
   * @param what such as "the API URL", for the message
   * @throws IllegalArgumentException if it is not an http or https URL, or has a part that requests
   *     would drop: credentials, a query or a fragment. The message does not repeat these
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

  /** The route of a call, whose parts in braces are {@code values}, in their order. */
  public static HttpUrl of(HttpUrl base, ApiCall call, String... values) {
    Iterator<String> value = List.of(values).iterator();
    String[] segments = call.rule().segments();
    for (int i = 0; i < segments.length; i++) {
      segments[i] = segments[i].startsWith("{") ? value.next() : segments[i];
    }
    return under(base, segments);
  }

  /**
   * A route below {@code base}. Each part is one segment, however it is spelled.
   *
   * @throws IllegalArgumentException if a part is empty, {@code .} or {@code ..}, which would lead
   *     to another route
   */
  public static HttpUrl under(HttpUrl base, String... segments) {
    HttpUrl.Builder url = base.newBuilder();
    for (String segment : segments) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException("'" + segment + "' is not an id or a name");
      }
      url.addPathSegment(SentText.require("an id or a name", segment));
    }
    return url.build();
  }

  /** The port that a caller named, checked. */
  public static int port(int number) {
    if (number < 1 || number > 65_535) {
      throw new IllegalArgumentException("ports are 1 to 65535, not " + number);
    }
    return number;
  }

  /** For messages: credentials stand before the last @, tokens behind the question mark. */
  public static String withoutSecrets(String url) {
    return url.substring(url.lastIndexOf('@') + 1).split("[?#]", 2)[0];
  }
}
