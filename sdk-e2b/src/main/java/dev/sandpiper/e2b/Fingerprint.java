package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * What stands for a nonce in a reference to a process that somebody else started: a digest of all
 * that the sandbox tells about it. A digest, because variables may be secrets.
 */
final class Fingerprint {
  private static final int BYTES = 16;

  private Fingerprint() {}

  static String of(ProcessInfo info) {
    MessageDigest digest = sha256();
    ProcessConfig config = info.getConfig();
    add(digest, info.getTag());
    add(digest, config.getCwd());
    add(digest, config.getCmd());
    config.getArgsList().forEach(argument -> add(digest, argument));
    new TreeMap<>(config.getEnvsMap())
        .forEach(
            (name, value) -> {
              add(digest, name);
              add(digest, value);
            });
    return "seen-" + HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  /** With its length in front, so that no two lists of texts look alike. */
  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
