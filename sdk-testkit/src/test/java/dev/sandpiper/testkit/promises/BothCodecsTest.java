package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.E2bSandbox;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the other classes prove in binary holds in JSON; the sandboxes are the same. */
class BothCodecsTest extends LocalE2bTest {
  private static E2bClient jsonClient;

  private E2bSandbox json;

  @BeforeAll
  static void openJsonClient() {
    jsonClient =
        E2bClient.builder().environment(local.e2bEnvironment()).codec(E2bCodec.JSON).build();
  }

  @AfterAll
  static void closeJsonClient() {
    jsonClient.close();
  }

  @BeforeEach
  void connectInJson() {
    json = jsonClient.connect(sandbox.id());
  }

  @Test
  void everyByteValueComesThroughOnBothChannels() {
    byte[] all = new byte[300_000];
    new Random(7).nextBytes(all);
    json.files().write("all", Content.of(all));
    ExecResult result = json.shell("cat all; cat all >&2").orThrow();
    assertThat(result.stdout().bytes()).isEqualTo(all);
    assertThat(result.stderr().bytes()).isEqualTo(all);
  }

  @Test
  void argumentsAndVariablesArriveAsTheyAre() {
    Command command =
        Command.of("sh", "-c", "printf '%s|%s' \"$1\" \"$ODD\"", "sh", "é€😀 \"\\\n\u0001\u2028")
            .environment("ODD", "'a' \"b\" \\c\nd=é");
    assertThat(json.processes().exec(command).orThrow().stdout().text())
        .isEqualTo("é€😀 \"\\\n\u0001\u2028|'a' \"b\" \\c\nd=é");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 42, 255})
  void exitCodesAreTold(int code) {
    assertThat(json.shell("exit " + code).exit()).isEqualTo(new Exited(code));
  }

  @Test
  void aSignalIsTold() {
    assertThat(json.shell("kill -9 $$").exit()).isEqualTo(new Signaled(Signal.KILL));
  }

  @Test
  void anUnknownUserIsAnInvalidRequest() {
    assertThatThrownBy(() -> json.processes().exec(Command.of("true").user("nobodyatall")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("nobodyatall");
  }

  @Test
  void aMissingDirectoryIsAnInvalidRequest() {
    assertThatThrownBy(() -> json.processes().exec(Command.of("true").directory("/no/such/place")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("/no/such/place");
  }

  @Test
  void filesAreThereOrNot() {
    json.files().write("here", Content.of("x"));
    assertThat(json.files().exists("here")).isTrue();
    assertThat(json.files().exists("there")).isFalse();
  }

  @Test
  void whatOneCodecStartedTheOtherStops() throws InterruptedException {
    ProcessRef ref;
    try (Process started = json.processes().start(Command.shell("sleep 60 & wait"))) {
      ref = started.detach();
    }
    try (Process attached = sandbox.processes().attach(ref)) {
      sandbox.shell("kill -TERM -" + ref.processId()).orThrow();
      assertThat(attached.waitFor()).isEqualTo(new Signaled(Signal.TERM));
    }
  }

  @Test
  void closingKillsTheTree() {
    json.processes().start(Command.shell("sleep 60 & wait")).close();
    assertThat(Leftovers.processesOf(sandbox.id())).isEmpty();
  }
}
