package dev.sandpiper.blaxel;

import static dev.sandpiper.blaxel.StreamedMessages.LOOK;
import static dev.sandpiper.blaxel.StreamedMessages.NDJSON;
import static dev.sandpiper.blaxel.StreamedMessages.START;
import static dev.sandpiper.blaxel.StreamedMessages.ended;
import static dev.sandpiper.blaxel.StreamedMessages.exec;
import static dev.sandpiper.blaxel.StreamedMessages.result;
import static dev.sandpiper.blaxel.StreamedMessages.running;
import static dev.sandpiper.blaxel.StreamedMessages.stdout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.UnsupportedCapabilityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts of streamed commands: what is sent, refused, and looked into. */
class StreamedStartTest {
  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  @Test
  void aStartThatFailsSaysWhyAndNotWhat() {
    assertThatThrownBy(
            () ->
                exec(
                    blaxel,
                    """
                    {"type":"error","data":"failed to start process: could not execute command \
                    'secret' because folder '/nope' does not exist"}
                    """))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("because folder '/nope' does not exist")
        .hasMessageNotContaining("secret");
  }

  @Test
  void aRefusedStartIsTyped() {
    blaxel.on(START, ScriptedBlaxel.json(400, "{\"error\":\"keepAlive is not available\"}"));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("keepAlive is not available");
  }

  @Test
  void aGatewaysPageIsNoAnswerAndTheStartIsLookedInto() {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .code(502)
            .addHeader("Content-Type", "text/html")
            .body("<html>Bad Gateway</html>")
            .build());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("it is unknown whether true ran")
        .hasMessageContaining("Bad Gateway (502)");
    assertThat(blaxel.lines()).filteredOn(START::equals).hasSize(1);
  }

  @Test
  void aStartWithoutAnAnswerIsAdopted() {
    blaxel.on(
        START, new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, "[keepalive]\n" + ended(4)));
    blaxel.on("GET /sbx/health", ScriptedBlaxel.json(200, "{\"upgradeCount\":0}"));
    ExecResult result = blaxel.sandbox().exec("true");

    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(4));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(blaxel.lines()).filteredOn(START::equals).hasSize(1);
  }

  @Test
  void anAnswerBehindAStrayKeepaliveIsReadAsAStream() {
    blaxel.on(
        START, ScriptedBlaxel.stream("text/plain", "[keepalive]\n" + stdout("a\n") + result(0)));
    assertThat(blaxel.sandbox().exec("true").stdout().text()).isEqualTo("a\n");
  }

  @Test
  void aRefusalBehindAStrayKeepaliveIsARefusal() {
    blaxel.on(
        START,
        ScriptedBlaxel.stream(
            "text/plain",
            "{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}\n{\"error\":\"invalid request\"}"));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("invalid request");
  }

  @Test
  void keepAliveAndNameAreSent() throws Exception {
    blaxel.on("GET /sbx/process/web", ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, result(0)));
    blaxel
        .sandbox()
        .processes()
        .exec(BlaxelCommand.of(Command.of("true")).name("web").keepAlive(Duration.ofMillis(1_500)));
    JsonNode body = ScriptedBlaxel.json(blaxel.first(START));
    assertThat(body.path("name").asText()).isEqualTo("web");
    assertThat(body.path("keepAlive").asBoolean()).isTrue();
    assertThat(body.path("timeout").asInt()).isEqualTo(2);
  }

  @Test
  void startBlocksUntilTheServerKnowsTheProcess() throws Exception {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .addHeader("Content-Type", NDJSON)
            .chunkedBody(stdout("late") + result(0), 1000)
            .bodyDelay(300, TimeUnit.MILLISECONDS)
            .build());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, running()));
    BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("true")).streamed());

    ProcessDetails details = process.details();
    assertThat(details.pid()).isEqualTo(17);
    assertThat(details.status()).isEqualTo(ProcessDetails.Status.RUNNING);
    assertThat(details.startedAt()).contains(Instant.parse("2026-11-20T17:33:43Z"));
    assertThat(details.exit()).isEmpty();
    assertThat(details.completedAt()).isEmpty();
    assertThat(details.workingDirectory()).contains("/w");
    assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(0));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, ended(0)));
    assertThat(process.details().exit()).contains(new ExitStatus.Exited(0));
    assertThat(process.details().stdout()).isEqualTo("a");
    assertThat(process.details().logs()).isEqualTo("ab");
    process.close();
  }

  @Test
  void aStartThatFailsThrowsFromStart() {
    blaxel.on(
        START,
        ScriptedBlaxel.stream(
            NDJSON, "{\"type\":\"error\",\"data\":\"failed to start process: no\"}\n"));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    assertThatThrownBy(() -> blaxel.sandbox().processes().start(Command.of("true")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("failed to start process: no");
  }

  @Test
  void aProcessThatNeverStartsIsAnErrorAndNotStartedAgain() {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .addHeader("Content-Type", NDJSON)
            .chunkedBody("{\"type\":\"keepalive\"}\n", 1000)
            .bodyDelay(1500, TimeUnit.MILLISECONDS)
            .build());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    assertThatThrownBy(() -> blaxel.sandbox().processes().start(Command.of("true")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("has no process sp-");
    assertThat(blaxel.lines()).filteredOn(START::equals).hasSize(1);
  }

  @Test
  void aStreamedProcessCannotBeDetached() throws Exception {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, stdout("a") + result(0)));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, ended(0)));
    try (BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("true")))) {
      assertThatThrownBy(process::detach).isInstanceOf(UnsupportedCapabilityException.class);
      assertThat(process.waitFor(Duration.ofSeconds(5)))
          .isEqualTo(Optional.of(new ExitStatus.Exited(0)));
    }
  }

  @Test
  void whatStreamsCannotDoIsRefusedBeforeAnythingIsSent() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(() -> sandbox.processes().exec(Command.of("cat").stdin(Content.of("x"))))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThatThrownBy(() -> sandbox.processes().exec(Command.of("id").user("root")))
        .isInstanceOf(UnsupportedCapabilityException.class);
    assertThat(blaxel.lines()).doesNotContain(START);
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "-17", "+1", "", "a/b", "..", "a b"})
  void namesThatTheServerTakesForSomethingElseAreRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlaxelCommand.of(Command.of("true")).name(name));
  }

  @Test
  void aNameThatWasUsedIsRefused() {
    blaxel.on("GET /sbx/process/web", ScriptedBlaxel.json(200, running()));
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(
            () -> sandbox.processes().exec(BlaxelCommand.of(Command.of("true")).name("web")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("is in use");
    assertThat(blaxel.lines()).doesNotContain(START);
  }
}
