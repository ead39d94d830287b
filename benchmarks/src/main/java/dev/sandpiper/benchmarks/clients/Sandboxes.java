package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import java.util.Locale;

/** Our clients, of a server that answers as both platforms. */
final class Sandboxes {
  static final String NAME = "bench";

  private Sandboxes() {}

  /**
   * @param codec {@code binary} or {@code json}
   */
  static E2bClient e2b(String server, String codec) {
    return E2bClient.builder()
        .apiKey("e2b_" + "0".repeat(40))
        .apiUrl(server)
        .sandboxUrl(server)
        .codec(E2bCodec.valueOf(codec.toUpperCase(Locale.ROOT)))
        .build();
  }

  static BlaxelClient blaxel(String server) {
    return BlaxelClient.builder().apiKey("a-key").workspace("w").apiUrl(server + "/v0").build();
  }
}
