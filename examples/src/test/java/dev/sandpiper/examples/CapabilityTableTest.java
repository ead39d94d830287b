package dev.sandpiper.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Capability;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.sessions.SessionsClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's table of what each platform can do is what sandboxes there announce. */
class CapabilityTableTest {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\|[^|]*\\| `([A-Z_]+)` \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|$");

  @Test
  void theTableIsWhatSandboxesAnnounce() throws IOException {
    Map<Capability, List<Boolean>> announced = new EnumMap<>(Capability.class);
    List<Set<Capability>> platforms = platforms();
    for (Capability capability : Capability.values()) {
      announced.put(
          capability, platforms.stream().map(platform -> platform.contains(capability)).toList());
    }
    assertThat(written()).isEqualTo(announced);
  }

  private static Map<Capability, List<Boolean>> written() throws IOException {
    Map<Capability, List<Boolean>> rows = new EnumMap<>(Capability.class);
    for (MatchResult row :
        ROW.matcher(Files.readString(Path.of("..", "README.md"))).results().toList()) {
      List<Boolean> cells = new ArrayList<>();
      for (int column = 2; column <= 5; column++) {
        assertThat(row.group(column).strip()).isIn("yes", "");
        cells.add(row.group(column).strip().equals("yes"));
      }
      rows.put(Capability.valueOf(row.group(1)), cells);
    }
    return rows;
  }

  private static List<Set<Capability>> platforms() {
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient e2b = local.e2bClient();
        SandboxClient blaxel = local.blaxelClient();
        SandboxClient streamed =
            BlaxelClient.builder().environment(local.blaxelEnvironment()).streamedOnly().build();
        SessionsClient sessions = local.sessionsClient()) {
      return List.of(of(e2b), of(blaxel), of(streamed), of(sessions));
    }
  }

  private static Set<Capability> of(SandboxClient client) {
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      return sandbox.capabilities();
    }
  }
}
