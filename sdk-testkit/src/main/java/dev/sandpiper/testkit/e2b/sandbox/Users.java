package dev.sandpiper.testkit.e2b.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The user names that a request may have. All of them are this machine's user. */
public final class Users {
  public static final String DEFAULT = "user";

  private static final Set<String> KNOWN = Set.of(DEFAULT, "root");

  private Users() {}

  public static boolean isKnown(String name) {
    return KNOWN.contains(name);
  }

  /** The name in a Basic authorization; the default if it is missing or malformed. */
  public static String of(@Nullable String authorization) {
    if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith("basic ")) {
      return DEFAULT;
    }
    try {
      String pair = new String(Base64.getDecoder().decode(authorization.substring(6)), UTF_8);
      int colon = pair.indexOf(':');
      return colon < 0 ? DEFAULT : pair.substring(0, colon);
    } catch (IllegalArgumentException e) {
      return DEFAULT;
    }
  }
}
