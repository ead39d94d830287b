package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.machine.ExactPath;
import org.jspecify.annotations.Nullable;

/** Percent-encoded text. It encodes bytes, such as a file name, which need not be UTF-8. */
public final class PercentEncoding {
  private PercentEncoding() {}

  /** Null if a percent sign is not followed by two hexadecimal digits. */
  public static @Nullable String decode(String encoded) {
    byte[] bytes = encoded.getBytes(UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte one = bytes[i];
      if (one == '%') {
        int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
        int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
        if (high < 0 || low < 0) return null;
        one = (byte) (high << 4 | low);
        i += 2;
      }
      bytes[length++] = one;
    }
    return ExactPath.text(bytes, length);
  }
}
