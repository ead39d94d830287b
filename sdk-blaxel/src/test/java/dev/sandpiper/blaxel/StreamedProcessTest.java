package dev.sandpiper.blaxel;

import static dev.sandpiper.blaxel.StreamedMessages.LOOK;
import static dev.sandpiper.blaxel.StreamedMessages.NDJSON;
import static dev.sandpiper.blaxel.StreamedMessages.START;
import static dev.sandpiper.blaxel.StreamedMessages.STEP;
import static dev.sandpiper.blaxel.StreamedMessages.ended;
import static dev.sandpiper.blaxel.StreamedMessages.exec;
import static dev.sandpiper.blaxel.StreamedMessages.record;
import static dev.sandpiper.blaxel.StreamedMessages.result;
import static dev.sandpiper.blaxel.StreamedMessages.stdout;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.process.StreamedCommand;
import dev.sandpiper.testing.Patience;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands over the stream as the server really sends it (NDJSON): their output and exit. */
class StreamedProcessTest {
  /** Sets variables that a shell cannot hold, where there are any. */
  private static final String EXEC = "exec ${SANDPIPER_WITH:+/bin/sh -c \"$SANDPIPER_WITH\" sh}";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  @Test
  void execGivesOutputAndExit() {
    ExecResult result =
        exec(
            blaxel,
            stdout("a\n") + "{\"type\":\"stderr\",\"data\":\"e\"}\n" + stdout("b") + result(3));

    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(3));
    assertThat(result.stdout().text()).isEqualTo("a\nb");
    assertThat(result.stderr().text()).isEqualTo("e");
    assertThat(result.stdout().isComplete()).isTrue();
  }

  @Test
  void theRequestSaysWhatToRunAndUnderWhichName() throws Exception {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, result(0)));
    Command command =
        Command.of("printf", "%s", "it's", "$HOME", "")
            .directory("/tmp/x")
            .environment(Map.of("A", "b"))
            .mergeErrors();
    blaxel.sandbox().processes().exec(command);

    var request = blaxel.first(START);
    JsonNode body = ScriptedBlaxel.json(request);
    assertThat(body.path("command").asText())
        .isEqualTo(EXEC + " 'printf' '%s' 'it'\\''s' '$HOME' '' 2>&1");
    assertThat(body.path("name").asText()).matches("sp-[0-9a-f]{32}");
    assertThat(body.path("workingDir").asText()).isEqualTo("/tmp/x");
    assertThat(body.path("env").path("A").asText()).isEqualTo("b");
    assertThat(body.path("env").path("SANDPIPER_PROCESS")).isEqualTo(body.path("name"));
    assertThat(request.getHeaders().get("Accept")).isEqualTo("text/event-stream");
    assertThat(request.getHeaders().get("Blaxel-Version")).isEqualTo("2026-04-28");
    assertThat(request.getHeaders().get("X-Blaxel-Workspace")).isEqualTo("acme");
    assertThat(request.getHeaders().get("X-Blaxel-Authorization"))
        .isEqualTo("Bearer " + ScriptedBlaxel.KEY);
  }

  @Test
  void aScriptIsForTheShellOfEverySandbox() throws Exception {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, result(0)));
    blaxel.sandbox().shell("echo 'hi'");

    assertThat(ScriptedBlaxel.json(blaxel.first(START)).path("command").asText())
        .isEqualTo(EXEC + " '/bin/sh' '-c' 'echo '\\''hi'\\'''");
  }

  @Test
  void whatTheServerItselfWritesIsNoOutput() {
    ExecResult result =
        exec(
            blaxel,
            "{\"type\":\"keepalive\"}\n"
                + stdout("a\n")
                + "[keepalive]\n"
                + stdout("[keepalive]\n")
                + stdout("\n[Process is being gracefully terminated]\n")
                + stdout("\n[Process is being forcefully killed]\n")
                + "{\"type\":\"something-new\",\"data\":7}\n"
                + stdout("b\n")
                + result(0));

    assertThat(result.stdout().text()).isEqualTo("a\nb\n");
  }

  @Test
  void replacedBytesAreToldAsAGap() {
    ExecResult result = exec(blaxel, stdout("caf\ufffd") + stdout("\ufffd\n") + result(0));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isTrue();
  }

  @Test
  void aStreamThatFellBehindIsAGapOnBoth() {
    ExecResult result =
        exec(blaxel, stdout("[output truncated: the stream fell behind]\n") + result(0));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isFalse();
  }

  @Test
  void codesAboveASignalsAreExitsOfTheShell() {
    assertThat(exec(blaxel, result(143)).exit()).isEqualTo(new ExitStatus.Exited(143));
  }

  @Test
  void deathOfTheShellItselfIsBySomeSignal() {
    String killed = record("killed", "Fri, 20 Nov 2026 17:33:44 GMT", -1);
    ExecResult result =
        exec(blaxel, "{\"type\":\"result\",\"data\":" + TextNode.valueOf(killed) + "}\n");

    assertThat(result.exit()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
  }

  @Test
  void stoppedProvesNothing() {
    String stopped = record("stopped", "", 0);
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, ended(0)));
    assertThatThrownBy(
            () ->
                exec(blaxel, "{\"type\":\"result\",\"data\":" + TextNode.valueOf(stopped) + "}\n"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("the record of a running process");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-2", "256", "1.5", "\"0\"", "null"})
  void aCodeThatIsNoneIsMalformed(String code) {
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, ended(0)));
    String record = ended(0).replace("\"exitCode\":0", "\"exitCode\":" + code);
    assertThatThrownBy(() -> exec(blaxel, "{\"type\":\"result\",\"data\":" + record + "}\n"))
        .isInstanceOf(WireFormatException.class);
  }

  @Test
  void everyCutBeforeTheEndIsFollowedByTheRecord() throws Exception {
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, ended(7)));
    blaxel.always("GET /sbx/health", request -> ScriptedBlaxel.json(200, "{\"upgradeCount\":0}"));
    BlaxelSandbox sandbox = blaxel.sandbox();
    byte[] whole = (stdout("é") + result(3)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (int cut = 0; cut < whole.length; cut += STEP) {
      var body = new okio.Buffer().write(whole, 0, cut);
      blaxel.on(
          START,
          new MockResponse.Builder()
              .addHeader("Content-Type", NDJSON)
              .body(body)
              .removeHeader("Content-Length")
              .addHeader("Connection", "close")
              .onResponseEnd(new SocketEffect.CloseSocket())
              .build());
      ExecResult result = sandbox.exec("true");
      assertThat(result.exit()).as("cut at " + cut).isEqualTo(new ExitStatus.Exited(7));
      assertThat(result.stdout().isComplete()).as("cut at " + cut).isFalse();
    }
  }

  @Test
  void whatAnUpgradedServerSaysOfAnEndIsNotBelieved() {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, stdout("a")));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, ended(0)));
    blaxel.on("GET /sbx/health", ScriptedBlaxel.json(200, "{\"upgradeCount\":1}"));

    assertThat(blaxel.sandbox().exec("true").exit()).isInstanceOf(ExitStatus.Unreported.class);
  }

  @Test
  void aProcessThatNobodyKnowsAnyMoreIsLost() {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, stdout("a")));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    assertThatThrownBy(() -> blaxel.sandbox().exec("true"))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.process()).isPresent());
  }

  @Test
  void aSlowListenerDoesNotHoldTheStreamUp() throws Exception {
    String piece = stdout("x".repeat(60_000));
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, piece.repeat(600) + result(0)));
    BlaxelSandbox sandbox = blaxel.sandbox();
    CountDownLatch hold = new CountDownLatch(1);
    ExecResult result =
        sandbox
            .processes()
            .exec(
                Command.of("yes"),
                output -> {
                  if (hold.getCount() > 0) {
                    Patience.until("the stream is over", blaxel::isIdle);
                    hold.countDown();
                  }
                });

    assertThat(result.exit()).isEqualTo(new ExitStatus.Exited(0));
    assertThat(result.stdout().isComplete()).isFalse();
    // The listener comes back when the server has sent all, and sockets hold some megabytes of it.
    assertThat(result.stdout().totalBytes()).isLessThan(StreamedCommand.LIMIT + (16L << 20));
  }
}
