package dev.sandpiper.e2b;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import java.util.TreeMap;
import okio.Buffer;
import okio.Utf8;

/**
 * What stands for a nonce in a reference to a process that somebody else started: a digest of all
 * that the sandbox tells about it. A digest, because variables may be secrets.
 */
final class Fingerprint {
  private static final int BYTES = 16;

  private Fingerprint() {}

  static String of(ProcessInfo info) {
    Buffer all = new Buffer();
    ProcessConfig config = info.getConfig();
    add(all, info.getTag());
    add(all, config.getCwd());
    add(all, config.getCmd());
    config.getArgsList().forEach(argument -> add(all, argument));
    new TreeMap<>(config.getEnvsMap())
        .forEach(
            (name, value) -> {
              add(all, name);
              add(all, value);
            });
    return "seen-" + all.sha256().substring(0, BYTES).hex();
  }

  /** With its length in front, so that no two lists of texts look alike. */
  private static void add(Buffer all, String text) {
    all.writeInt((int) Utf8.size(text)).writeUtf8(text);
  }
}
