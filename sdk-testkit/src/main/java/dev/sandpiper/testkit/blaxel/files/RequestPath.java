package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.http.PercentEncoding;
import dev.sandpiper.testkit.machine.ExactPath;
import org.jspecify.annotations.Nullable;

/**
 * A request's path, decoded, and the one property of its encoding that matters to sandbox-api.
 *
 * @param decoded bytes that are not UTF-8 are encoded as in {@link ExactPath}
 * @param encodedSlash whether it was sent with {@code %2F} somewhere, in upper case
 */
public record RequestPath(String decoded, boolean encodedSlash) {
  /** Null if its percent-encoding is malformed. */
  public static @Nullable RequestPath parse(String raw) {
    String decoded = PercentEncoding.decode(raw);
    if (decoded == null) return null;
    // A name may also contain these three characters, with the same effect.
    return new RequestPath(decoded, raw.contains("%2F") || decoded.contains("%2F"));
  }

  boolean startsWith(String prefix) {
    return decoded.startsWith(prefix);
  }

  /** The part after a route, from its slash on. */
  String after(String route) {
    return decoded.substring(route.length());
  }
}
