package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.ThrottledOutputClient;
import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A process that prints much and lives on, at Blaxel, whose streams are slow until it ends. */
final class ThrottledOutput {
  private static final int SECONDS = 20;

  private ThrottledOutput() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    boolean isSmall = setting.rounds() == 1;
    int seconds = isSmall ? 2 : SECONDS;
    long bytes = isSmall ? 1_000_000 : 100_000_000;
    String command = "yes " + "x".repeat(79) + " | head -c " + bytes + "; sleep 1000";
    try (LocalSandboxes local =
        LocalSandboxes.builder().blaxelFaults(BlaxelFault.THROTTLE).start()) {
      Map<String, String> variables = local.blaxelEnvironment();
      double ours =
          Program.java("ours", ThrottledOutputClient.class, command, seconds)
              .with(variables)
              .run()
              .get("done");
      Optional<Program> peer = Peers.node("@blaxel/core", "blaxel_living.mjs", command, seconds);
      Double its = peer.isEmpty() ? null : peer.get().with(variables).run().get("done");
      String what = bytes / 1_000_000 + " MB printed by a process that lives on, ";
      return List.of(
          new Row(name, what + "share in " + seconds + " s", Ratio.exactly(ours / bytes), null),
          new Row(
              name, what + "bytes of @blaxel/core's on Node", of(ours, its), Goal.atLeast(100)));
    }
  }

  private static @Nullable Ratio of(double ours, @Nullable Double its) {
    return its == null ? null : Ratio.exactly(ours / Math.max(1, its));
  }
}
