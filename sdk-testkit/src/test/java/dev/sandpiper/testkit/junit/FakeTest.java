package dev.sandpiper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.Command;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.fake.FakeRun;
import dev.sandpiper.fake.FakeSandboxes;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The extension over sandboxes in memory. */
@SandboxTest(LocalPlatform.FAKE)
class FakeTest {
  @BeforeEach
  void script(FakeSandboxes fake) {
    assertThat(fake.commands()).as("those of another test").isEmpty();
    fake.when("pytest", FakeRun.exits(1).stdout("1 failed"));
  }

  @Test
  void itsCommandsAreScripted(Sandbox sandbox, FakeSandboxes fake) {
    assertThat(sandbox.exec("pytest").outText()).isEqualTo("1 failed");
    assertThat(fake.commands()).extracting(Command::name).containsExactly("pytest");
  }

  @Test
  void theClientIsTheSame(SandboxClient client, Sandbox sandbox) {
    assertThat(client.connect(sandbox.id()).exec("pytest").exit().isSuccess()).isFalse();
  }
}
