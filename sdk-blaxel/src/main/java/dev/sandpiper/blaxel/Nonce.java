package dev.sandpiper.blaxel;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Texts that nobody can guess, by which we find again what we made. */
final class Nonce {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int BYTES = 16;

  private Nonce() {}

  static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return "sp-" + HexFormat.of().formatHex(bytes);
  }
}
