package dev.sandpiper.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@SandboxTest
class SandboxTestTest {
  @BeforeEach
  void useTheSandboxOfTheTest(Sandbox sandbox) {
    sandbox.files().writeText("before", sandbox.id());
  }

  @Test
  void aTestHasASandboxOfItsOwn(Sandbox sandbox) {
    assertThat(sandbox.exec("cat", "before").orThrow().outText()).isEqualTo(sandbox.id());
    assertThat(sandbox.files().list(".")).hasSize(1);
    sandbox.files().writeText("after", "x");
  }

  @Test
  void anotherTestHasAnother(Sandbox sandbox) {
    assertThat(sandbox.files().list(".")).hasSize(1);
    sandbox.files().writeText("after", "x");
  }

  @Test
  void whatIsStillOpenFailsTheTestAndIsClosed(SandboxClient client) {
    OpenedByTest opened = new OpenedByTest(client, null);
    Sandbox sandbox = opened.sandbox();
    Process process = sandbox.start(Command.of("sleep", "60"));
    sandbox.files().writeText("f", "x");
    sandbox.files().read("f");
    sandbox.files().watch(".", WatchOptions.standard());
    assertThatThrownBy(opened::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("process " + process.ref().processId() + ", opened at ")
        .hasMessageContaining("file that is read, opened at ")
        .hasMessageContaining("watch, opened at ")
        .hasMessageContaining("SandboxTestTest.java");
    assertThat(process.onExit()).isDone();
    assertThatCode(opened::close).as("JUnit closes it again").doesNotThrowAnyException();
  }

  @Test
  void aSandboxThatTheTestCreatedIsOneOfThem(SandboxClient client) {
    OpenedByTest opened = new OpenedByTest(client, null);
    Sandbox created = opened.client().create(SandboxSpec.standard());
    assertThatThrownBy(opened::close).hasMessageContaining("sandbox " + created.id());
    assertThat(client.kill(created.id())).isFalse();
  }

  @Test
  void whatWasClosedOrHasEndedIsNone(SandboxClient client) throws Exception {
    OpenedByTest opened = new OpenedByTest(client, null);
    Sandbox sandbox = opened.sandbox();
    sandbox.start(Command.of("sleep", "60")).close();
    sandbox.start(Command.of("true")).waitFor();
    sandbox.files().writeText("f", "x");
    try (InputStream stream = sandbox.files().read("f")) {
      assertThat(stream.read()).isEqualTo('x');
    }
    readToTheEnd(sandbox);
    opened.client().create(SandboxSpec.standard()).close();
    assertThatCode(opened::close).doesNotThrowAnyException();
  }

  @Test
  void aProcessEndsWithItsSandbox(SandboxClient client) {
    OpenedByTest opened = new OpenedByTest(client, null);
    try (Sandbox created = opened.client().create(SandboxSpec.standard())) {
      created.start(Command.of("sleep", "60"));
    }
    assertThatCode(opened::close).doesNotThrowAnyException();
  }

  @Test
  void theClientOfAllTestsIsNotClosedByOne(SandboxClient client) {
    assertThatThrownBy(client::close).hasMessageContaining("@SandboxTest closes it after them");
    assertThat(client.kill("none")).isFalse();
  }

  private static void readToTheEnd(Sandbox sandbox) throws IOException {
    assertThat(sandbox.files().read("f").readAllBytes()).hasSize(1);
  }

  @Nested
  class InANestedClass {
    @Test
    void itIsTheSame(Sandbox sandbox) {
      assertThat(sandbox.files().list(".")).hasSize(1);
    }
  }
}
