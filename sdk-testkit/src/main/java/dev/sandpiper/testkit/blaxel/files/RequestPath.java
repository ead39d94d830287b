package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.http.PercentEncoding;
import dev.sandpiper.testkit.machine.ExactPath;
import org.jspecify.annotations.Nullable;

/**
 * A request's path, decoded, and the one thing about its encoding that sandbox-api goes by.
 *
 * @param decoded bytes that are not UTF-8 stand as {@link ExactPath} has them
 * @param encodedSlash whether it was sent with {@code %2F} somewhere, in capitals
 */
public record RequestPath(String decoded, boolean encodedSlash) {
  /** Null if it is not percent-encoded as it should be. */
  public static @Nullable RequestPath parse(String raw) {
    String decoded = PercentEncoding.decode(raw);
    if (decoded == null) return null;
    // A name may hold these three characters too, and is taken for the same.
    return new RequestPath(decoded, raw.contains("%2F") || decoded.contains("%2F"));
  }

  boolean startsWith(String prefix) {
    return decoded.startsWith(prefix);
  }

  /** What follows a route, from its slash on. */
  String after(String route) {
    return decoded.substring(route.length());
  }
}
