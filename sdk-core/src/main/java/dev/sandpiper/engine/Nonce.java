package dev.sandpiper.engine;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Unguessable identifiers by which a started process or a created sandbox is found again. */
public final class Nonce {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 16;
  private static final Pattern ONE = Pattern.compile("sp-[A-Za-z0-9]{1,64}");

  private Nonce() {}

  public static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return "sp-" + HexFormat.of().formatHex(bytes);
  }

  /** True if {@code text} has the form of a nonce. */
  public static boolean isOne(String text) {
    return ONE.matcher(text).matches();
  }
}
