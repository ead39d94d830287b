package dev.sandpiper.testkit.promises;

import static dev.sandpiper.Capability.ATTACH;
import static dev.sandpiper.Capability.BYTES;
import static dev.sandpiper.Capability.DIRECTORIES;
import static dev.sandpiper.Capability.EXIT_SIGNALS;
import static dev.sandpiper.Capability.EXIT_STATUS;
import static dev.sandpiper.Capability.EXPIRY;
import static dev.sandpiper.Capability.FILE_STATUS;
import static dev.sandpiper.Capability.LISTS;
import static dev.sandpiper.Capability.MOVE;
import static dev.sandpiper.Capability.RANGES;
import static dev.sandpiper.Capability.REPLAY;
import static dev.sandpiper.Capability.SIGNALS;
import static dev.sandpiper.Capability.STDIN;
import static dev.sandpiper.Capability.STDIN_END;
import static dev.sandpiper.Capability.TERMINAL;
import static dev.sandpiper.Capability.USER;
import static dev.sandpiper.Capability.WATCH;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.Signal;
import dev.sandpiper.testkit.LocalSandboxes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What each platform says that it can do; a new capability has to be placed here. */
class CapabilitiesTest {
  private static LocalSandboxes local;

  @BeforeAll
  static void start() {
    local = LocalSandboxes.start();
  }

  @AfterAll
  static void stop() {
    local.close();
  }

  @Test
  void aDeathByASignalIsToldWhereThatIsACapability() {
    try (SandboxClient e2b = local.e2bClient();
        SandboxClient blaxel = local.blaxelClient();
        Sandbox told = e2b.create(SandboxSpec.standard());
        Sandbox untold = blaxel.create(SandboxSpec.standard())) {
      assertThat(told.shell("kill -9 $$").exit()).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
      assertThat(told.shell("kill -PIPE $$").exit())
          .isEqualTo(new ExitStatus.Signaled(Signal.PIPE));
      // What a shell says, which is nothing of INT and PIPE.
      assertThat(untold.shell("kill -9 $$").exit()).isEqualTo(new ExitStatus.Signaled(Signal.KILL));
      assertThat(untold.shell("kill -PIPE $$").exit()).isEqualTo(new ExitStatus.Exited(141));
    }
  }

  @Test
  void e2bKeepsNoOutput() {
    try (SandboxClient client = local.e2bClient()) {
      assertThat(client.capabilities())
          .containsExactlyInAnyOrder(
              STDIN,
              STDIN_END,
              ATTACH,
              TERMINAL,
              SIGNALS,
              USER,
              EXIT_STATUS,
              EXIT_SIGNALS,
              BYTES,
              WATCH,
              FILE_STATUS,
              MOVE,
              RANGES,
              DIRECTORIES,
              LISTS,
              EXPIRY);
    }
  }

  @Test
  void blaxelHasNoTerminalsUsersAndWatchesAndDoesNotTellEverySignal() {
    try (SandboxClient client = local.blaxelClient()) {
      assertThat(client.capabilities())
          .containsExactlyInAnyOrder(
              STDIN,
              STDIN_END,
              ATTACH,
              REPLAY,
              SIGNALS,
              EXIT_STATUS,
              BYTES,
              FILE_STATUS,
              MOVE,
              RANGES,
              DIRECTORIES,
              LISTS,
              EXPIRY);
    }
  }

  @Test
  void theOldSessionsTakeInputAndKeepOutput() {
    try (SandboxClient client = local.sessionsClient()) {
      assertThat(client.capabilities()).containsExactlyInAnyOrder(STDIN, ATTACH, REPLAY);
    }
  }
}
