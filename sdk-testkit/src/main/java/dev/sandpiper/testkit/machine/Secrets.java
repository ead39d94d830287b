package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Unguessable texts in the platforms' formats, and their comparison. */
public final class Secrets {
  private static final SecureRandom random = new SecureRandom();
  private static final String LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + LOWER;

  private Secrets() {}

  public static String apiKey() {
    byte[] bytes = new byte[20];
    random.nextBytes(bytes);
    return "e2b_" + HexFormat.of().formatHex(bytes);
  }

  public static String accessToken() {
    return text(32, ALPHANUMERIC);
  }

  public static String watcherId() {
    return "w" + text(20, LOWER);
  }

  /** The boundary between the parts of a response. */
  public static String boundary() {
    byte[] bytes = new byte[30];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  public static String sandboxId() {
    return "i" + text(19, LOWER);
  }

  public static String snapshotId() {
    return text(20, LOWER);
  }

  /** The name of a Blaxel sandbox that was created without one. */
  public static String sandboxName() {
    return "sandbox-" + text(12, LOWER);
  }

  /** The suffix of the name of a process that was started without one. */
  public static String processSuffix() {
    return text(8, LOWER);
  }

  /** Constant-time comparison. */
  public static boolean matches(String expected, @Nullable String actual) {
    return actual != null
        && MessageDigest.isEqual(expected.getBytes(UTF_8), actual.getBytes(UTF_8));
  }

  public static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(ExactPath.bytes(text));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String text(int length, String alphabet) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
