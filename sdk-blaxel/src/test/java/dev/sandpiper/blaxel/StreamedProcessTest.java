package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Signal;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.process.StreamedCommand;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okio.BufferedSink;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands over the stream as the server really sends it (NDJSON). */
class StreamedProcessTest {
  private static final String NDJSON = "application/x-ndjson";
  private static final String START = "POST /sbx/process";
  private static final String LOOK = "GET /sbx/process/*";

  /** From one place where a stream is cut to the next; every fifth is in its every part. */
  static final int STEP = Boolean.getBoolean("sandpiper.exhaustive") ? 1 : 5;

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  static String record(String status, String completedAt, int exitCode) {
    return """
        {"pid":"17","name":"p","command":"true","status":"%s",\
        "startedAt":"Fri, 20 Nov 2026 17:33:43 GMT","completedAt":"%s","exitCode":%d,\
        "workingDir":"/w","logs":"ab","stdout":"a","stderr":"b","restartOnFailure":false,\
        "maxRestarts":0,"restartCount":0,"keepAlive":false}"""
        .formatted(status, completedAt, exitCode);
  }

  static String ended(int exitCode) {
    String status = exitCode == 0 ? "completed" : "failed";
    return record(status, "Fri, 20 Nov 2026 17:33:44 GMT", exitCode);
  }

  static String running() {
    return record("running", "", 0);
  }

  /** Sets variables that a shell cannot hold, where there are any. */
  private static final String EXEC = "exec ${SANDPIPER_WITH:+/bin/sh -c \"$SANDPIPER_WITH\" sh}";

  /** A result as the server sends it: the record encoded once more. */
  static String result(int exitCode) {
    return "{\"type\":\"result\",\"data\":" + TextNode.valueOf(ended(exitCode)) + "}\n";
  }

  static String stdout(String text) {
    return "{\"type\":\"stdout\",\"data\":" + TextNode.valueOf(text) + "}\n";
  }

  private ExecResult exec(String stream) {
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, stream));
    return blaxel.sandbox().exec("true");
  }

  @Test
  void execGivesOutputAndExit() {
    ExecResult result =
        exec(stdout("a\n") + "{\"type\":\"stderr\",\"data\":\"e\"}\n" + stdout("b") + result(3));

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
    ExecResult result = exec(stdout("caf\ufffd") + stdout("\ufffd\n") + result(0));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isTrue();
  }

  @Test
  void aStreamThatFellBehindIsAGapOnBoth() {
    ExecResult result = exec(stdout("[output truncated: the stream fell behind]\n") + result(0));

    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isFalse();
  }

  @Test
  void codesAboveASignalsAreExitsOfTheShell() {
    assertThat(exec(result(143)).exit()).isEqualTo(new ExitStatus.Exited(143));
  }

  @Test
  void deathOfTheShellItselfIsBySomeSignal() {
    String killed = record("killed", "Fri, 20 Nov 2026 17:33:44 GMT", -1);
    ExecResult result = exec("{\"type\":\"result\",\"data\":" + TextNode.valueOf(killed) + "}\n");

    assertThat(result.exit()).isEqualTo(new ExitStatus.Signaled(Signal.UNKNOWN));
  }

  @Test
  void stoppedProvesNothing() {
    String stopped = record("stopped", "", 0);
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, ended(0)));
    assertThatThrownBy(
            () -> exec("{\"type\":\"result\",\"data\":" + TextNode.valueOf(stopped) + "}\n"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("has not ended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-2", "256", "1.5", "\"0\"", "null"})
  void aCodeThatIsNoneIsMalformed(String code) {
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, ScriptedBlaxel.NOT_FOUND));
    blaxel.always(START, request -> ScriptedBlaxel.json(200, ended(0)));
    String record = ended(0).replace("\"exitCode\":0", "\"exitCode\":" + code);
    assertThatThrownBy(() -> exec("{\"type\":\"result\",\"data\":" + record + "}\n"))
        .isInstanceOf(WireFormatException.class);
  }

  @Test
  void aStartThatFailsSaysWhyAndNotWhat() {
    assertThatThrownBy(
            () ->
                exec(
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
        .hasMessageContaining("whether true ran cannot be known")
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

  private final CountDownLatch stopped = new CountDownLatch(1);

  /** A stream that says something at once, and the rest when the process has been stopped. */
  private MockResponse untilStopped(String first, String rest) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", NDJSON)
        .body(
            new MockResponseBody() {
              @Override
              public long getContentLength() {
                return (long) first.length() + rest.length();
              }

              @Override
              public void writeTo(BufferedSink sink) throws IOException {
                sink.writeUtf8(first).flush();
                try {
                  if (stopped.await(10, TimeUnit.SECONDS)) {
                    sink.writeUtf8(rest);
                  }
                } catch (InterruptedException e) {
                  throw new InterruptedIOException();
                }
              }
            })
        .build();
  }

  /** The next start is the one that stops the group 17. */
  private void expectStop() {
    blaxel.on(
        START,
        request -> {
          JsonNode body = ScriptedBlaxel.json(request);
          assertThat(body.path("command").asText()).contains(" sh '200' '").endsWith("/17'");
          assertThat(body.path("waitForCompletion").asBoolean()).isTrue();
          stopped.countDown();
          return ScriptedBlaxel.json(200, ended(0));
        });
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, running()));
  }

  @Test
  void garbageIsToldAtOnceTheCommandStoppedAndTheStreamReadToItsEnd() {
    blaxel.on(START, untilStopped("what?\n", "rest\n"));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(WireFormatException.class);
  }

  @Test
  void anInterruptStopsTheCommand() {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true"), output -> caller.interrupt()))
        .isInstanceOf(CancelledException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aDeadlineStopsTheCommandAndKeepsWhatItWrote() {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThatThrownBy(
            () -> sandbox.processes().exec(Command.of("true").timeout(Duration.ofMillis(300))))
        .isInstanceOfSatisfying(
            DeadlineExceededException.class,
            e -> {
              ExecResult partial = e.partialResult().orElseThrow();
              assertThat(partial.stdout().text()).isEqualTo("a");
              assertThat(partial.exit()).isEqualTo(new ExitStatus.Exited(143));
            });
  }

  @Test
  void aSlowListenerDoesNotHoldTheStreamUp() throws Exception {
    String piece = stdout("x".repeat(60_000));
    blaxel.on(START, ScriptedBlaxel.stream(NDJSON, piece.repeat(300) + result(0)));
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
    assertThat(result.stdout().totalBytes()).isLessThan(StreamedCommand.LIMIT + 200_000L);
  }

  @Test
  void closingStopsTheProcess() throws Exception {
    blaxel.on(START, untilStopped(stdout("a"), result(143)));
    expectStop();
    BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("sleep", "9")));
    process.close();
    process.close();
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
        .hasMessageContaining("knows no process sp-");
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

  @Test
  void signalsGoToTheGroupByAKillInside() throws Exception {
    blaxel.on(
        START,
        new MockResponse.Builder()
            .addHeader("Content-Type", NDJSON)
            .chunkedBody(result(143), 1000)
            .bodyDelay(700, TimeUnit.MILLISECONDS)
            .build());
    blaxel.on(START, ScriptedBlaxel.json(200, ended(0)));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, running()));
    BlaxelProcess process =
        blaxel.sandbox().processes().start(BlaxelCommand.of(Command.of("sleep", "9")));
    assertThat(process.signal(Signal.USR1)).isTrue();
    assertThat(process.waitFor()).isEqualTo(new ExitStatus.Exited(143));
    process.close();
  }
}
