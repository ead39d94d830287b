package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.testkit.machine.ExactPath;

/**
 * A request's path, decoded, and the one thing about its encoding that sandbox-api goes by.
 *
 * @param decoded bytes that are not UTF-8 stand as {@link ExactPath} has them
 * @param encodedSlash whether it was sent with {@code %2F} somewhere, in capitals
 */
record RequestPath(String decoded, boolean encodedSlash) {
  /** A percent sign is not followed by two hexadecimal digits. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException() {
      super("the path is not percent-encoded");
    }
  }

  static RequestPath parse(String raw) throws MalformedException {
    byte[] bytes = raw.getBytes(US_ASCII);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '%') {
        b = (byte) (digit(bytes, i + 1) << 4 | digit(bytes, i + 2));
        i += 2;
      }
      bytes[length++] = b;
    }
    String decoded = ExactPath.text(bytes, length);
    // A name may hold these three characters too, and is taken for the same.
    return new RequestPath(decoded, raw.contains("%2F") || decoded.contains("%2F"));
  }

  private static int digit(byte[] bytes, int position) throws MalformedException {
    int digit = position < bytes.length ? Character.digit(bytes[position], 16) : -1;
    if (digit < 0) throw new MalformedException();
    return digit;
  }

  boolean startsWith(String prefix) {
    return decoded.startsWith(prefix);
  }

  /** What follows a route, from its slash on. */
  String after(String route) {
    return decoded.substring(route.length());
  }
}
