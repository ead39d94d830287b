package dev.sandpiper.testkit.matrix;

import dev.sandpiper.HttpVersion;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A platform with one of its codecs or routes, over one version of HTTP. */
enum Row {
  E2B_BINARY(HttpVersion.HTTP_1_1),
  E2B_JSON(HttpVersion.HTTP_1_1),
  E2B_BINARY_HTTP_2(HttpVersion.HTTP_2),
  E2B_JSON_HTTP_2(HttpVersion.HTTP_2),
  BLAXEL(HttpVersion.HTTP_1_1),
  BLAXEL_HTTP_2(HttpVersion.HTTP_2);

  private static final Duration LIMIT = Duration.ofSeconds(1);

  private final HttpVersion version;

  Row(HttpVersion version) {
    this.version = version;
  }

  boolean isBlaxel() {
    return this == BLAXEL || this == BLAXEL_HTTP_2;
  }

  boolean speaksHttp2() {
    return version == HttpVersion.HTTP_2;
  }

  /** Where the control plane is reached. */
  String controlUrl(LocalSandboxes local) {
    return isBlaxel()
        ? local.blaxelEnvironment().getOrDefault("BL_API_URL", "")
        : local.e2bEnvironment().getOrDefault("E2B_API_URL", "");
  }

  /** Where a sandbox is reached. */
  String dataUrl(LocalSandboxes local, Sandbox sandbox) {
    return isBlaxel()
        ? sandbox.endpoint(1).uri().toString().replaceFirst("/port/1$", "")
        : local.e2bEnvironment().getOrDefault("E2B_SANDBOX_URL", "");
  }

  /** A client without faults. */
  SandboxClient client(LocalSandboxes local) {
    return isBlaxel() ? local.blaxelClient() : local.e2bClient();
  }

  /** A client with short limits, whose requests go through these URLs. */
  SandboxClient client(LocalSandboxes local, String control, String sandboxId, String data) {
    if (isBlaxel()) {
      BlaxelClientBuilder builder =
          BlaxelClient.builder()
              .environment(with(local.blaxelEnvironment(), Map.of("BL_API_URL", control)));
      return limited(builder.sandboxUrl(sandboxId, data)).build();
    }
    Map<String, String> urls = Map.of("E2B_API_URL", control, "E2B_SANDBOX_URL", data);
    return limited(E2bClient.builder().environment(with(local.e2bEnvironment(), urls)))
        .codec(name().contains("JSON") ? E2bCodec.JSON : E2bCodec.BINARY)
        .reattachLimit(LIMIT.multipliedBy(3))
        .build();
  }

  private static Map<String, String> with(Map<String, String> all, Map<String, String> others) {
    Map<String, String> together = new HashMap<>(all);
    together.putAll(others);
    return together;
  }

  private <B extends SandboxClientBuilder<B>> B limited(B builder) {
    return builder
        .httpVersion(version)
        .processStreams(version)
        .connectLimit(LIMIT)
        .responseLimit(LIMIT)
        .idleLimit(LIMIT.multipliedBy(2));
  }
}
