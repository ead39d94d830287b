package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;
import dev.sandpiper.testkit.LocalSandboxes;
import org.junit.jupiter.api.Test;

/** Our own client against the embedded Blaxel, whole. */
class OurClientTest {
  @Test
  void aSandboxIsCreatedUsedListedAndKilled() {
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client = local.blaxelClient()) {
      String id;
      try (BlaxelSandbox sandbox =
          client.create(SandboxSpec.standard().environment("COLOUR", "blue"))) {
        id = sandbox.id();
        ExecResult result = sandbox.shell("echo $COLOUR; pwd; echo oops >&2; exit 3");
        assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
        assertThat(result.stdout().text()).isEqualTo("blue\n" + sandbox.workingDirectory() + "\n");
        assertThat(result.stderr().text()).isEqualTo("oops\n");

        sandbox.files().write("notes.txt", Content.of("hello"));
        assertThat(sandbox.shell("cat notes.txt").stdout().text()).isEqualTo("hello");
        assertThat(client.list(SandboxFilter.all()).stream().map(SandboxInfo::id)).contains(id);
      }
      assertThatThrownBy(() -> client.connect(id)).isInstanceOf(NotFoundException.class);
    }
  }
}
