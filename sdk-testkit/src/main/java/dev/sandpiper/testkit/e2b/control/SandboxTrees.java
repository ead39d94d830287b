package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Machine;

/** The JSON of a sandbox in the control plane's responses. */
final class SandboxTrees {

  private static final String CLIENT_ID = "local";
  private static final int MEBIBYTE = 1024 * 1024;

  private SandboxTrees() {}

  /** The response to create and connect. */
  static ObjectNode handle(LocalSandbox sandbox) {
    ObjectNode tree = identity(sandbox);
    if (sandbox.spec().accessToken() != null) {
      tree.put("envdAccessToken", sandbox.spec().accessToken());
    }
    tree.putNull("trafficAccessToken");
    tree.putNull("domain");
    return tree;
  }

  static String state(LocalSandbox sandbox) {
    return sandbox.pause() == null ? "running" : "paused";
  }

  /** One entry of a list. */
  static ObjectNode listed(LocalSandbox sandbox) {
    ObjectNode tree = identity(sandbox);
    tree.put("startedAt", sandbox.startedAt().toString());
    LocalSandbox.Pause pause = sandbox.pause();
    tree.put("endAt", (pause == null ? sandbox.endAt() : pause.since()).toString());
    tree.put("cpuCount", Runtime.getRuntime().availableProcessors());
    tree.put("memoryMB", Machine.memoryBytes() / MEBIBYTE);
    tree.put("diskSizeMB", sandbox.home().directory().toFile().getTotalSpace() / MEBIBYTE);
    tree.put("state", pause == null ? "running" : "paused");
    if (pause != null && pause.envdUnresponsive()) tree.put("envdUnresponsiveAtPause", true);
    if (!sandbox.spec().metadata().isEmpty()) {
      ObjectNode metadata = tree.putObject("metadata");
      sandbox.spec().metadata().forEach(metadata::put);
    }
    return tree;
  }

  /** All details of one sandbox. */
  static ObjectNode detail(LocalSandbox sandbox) {
    ObjectNode tree = listed(sandbox);
    if (sandbox.spec().accessToken() != null) {
      tree.put("envdAccessToken", sandbox.spec().accessToken());
    }
    tree.put("allowInternetAccess", sandbox.spec().internetAccess());
    tree.putNull("domain");
    sandbox.spec().lifecycle().addTo(tree.putObject("lifecycle"));
    LocalSandbox.Pause pause = sandbox.pause();
    if (pause != null) tree.put("pauseMode", pause.mode().wireName());
    return tree;
  }

  private static ObjectNode identity(LocalSandbox sandbox) {
    Template template = sandbox.spec().template();
    ObjectNode tree = GoJson.object().put("templateID", template.id());
    if (template.alias() != null) tree.put("alias", template.alias());
    return tree.put("sandboxID", sandbox.id())
        .put("clientID", CLIENT_ID)
        .put("envdVersion", LocalSandbox.ENVD_VERSION);
  }
}
