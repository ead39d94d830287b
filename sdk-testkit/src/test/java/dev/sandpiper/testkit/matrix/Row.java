package dev.sandpiper.testkit.matrix;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.HttpVersion;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelClientBuilder;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.matrix.Trial.Ground;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** A platform with one of its codecs or routes, over one version of HTTP. */
enum Row {
  E2B_BINARY(HttpVersion.HTTP_1_1),
  E2B_JSON(HttpVersion.HTTP_1_1),
  E2B_BINARY_HTTP_2(HttpVersion.HTTP_2),
  E2B_JSON_HTTP_2(HttpVersion.HTTP_2),
  BLAXEL(HttpVersion.HTTP_1_1),
  BLAXEL_HTTP_2(HttpVersion.HTTP_2),
  BLAXEL_STREAMED(HttpVersion.HTTP_1_1),
  BLAXEL_STREAMED_HTTP_2(HttpVersion.HTTP_2);

  private final HttpVersion version;

  Row(HttpVersion version) {
    this.version = version;
  }

  boolean isBlaxel() {
    return name().startsWith("BLAXEL");
  }

  boolean isStreamed() {
    return name().contains("STREAMED");
  }

  boolean isJson() {
    return name().contains("JSON");
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

  /** A client whose requests go through these URLs; Blaxel's asks the first for its token. */
  SandboxClient client(Ground ground, String control, String data, Duration limit) {
    LocalSandboxes local = ground.local();
    if (isBlaxel()) {
      Map<String, String> environment = new HashMap<>(local.blaxelEnvironment());
      environment.remove("BL_API_KEY");
      String credentials = Base64.getEncoder().encodeToString("id:secret".getBytes(UTF_8));
      environment.putAll(Map.of("BL_API_URL", control, "BL_CLIENT_CREDENTIALS", credentials));
      BlaxelClientBuilder builder = BlaxelClient.builder().environment(environment);
      // Where local.blaxelClient() keeps the output of commands, or neither would find the other's.
      Path output = ground.home().getParent().resolveSibling("output");
      return limited(builder, limit)
          .sandboxUrl(ground.sandbox().id(), data)
          .outputDirectory(output.toString())
          .build();
    }
    Map<String, String> environment = new HashMap<>(local.e2bEnvironment());
    environment.putAll(Map.of("E2B_API_URL", control, "E2B_SANDBOX_URL", data));
    return limited(E2bClient.builder().environment(environment), limit)
        .codec(isJson() ? E2bCodec.JSON : E2bCodec.BINARY)
        .reattachLimit(limit.multipliedBy(3))
        .build();
  }

  private <B extends SandboxClientBuilder<B>> B limited(B builder, Duration limit) {
    return builder
        .httpVersion(version)
        .processStreams(version)
        .connectLimit(limit)
        .responseLimit(limit)
        .idleLimit(limit);
  }

  ExecResult exec(Sandbox sandbox, Command command) {
    return isStreamed()
        ? ((BlaxelSandbox) sandbox).processes().exec(BlaxelCommand.of(command).streamed())
        : sandbox.processes().exec(command);
  }

  Process start(Sandbox sandbox, Command command) {
    return isStreamed()
        ? ((BlaxelSandbox) sandbox).processes().start(BlaxelCommand.of(command).streamed())
        : sandbox.processes().start(command);
  }
}
