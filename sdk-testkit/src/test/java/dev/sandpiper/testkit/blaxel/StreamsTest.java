package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.LocalBlaxel.eventually;
import static dev.sandpiper.testkit.blaxel.LocalBlaxelSandbox.command;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.blaxel.process.LogFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a process's streams say, with keep-alives that come a hundred times as often. */
class StreamsTest {
  private static final Limits HASTY =
      new Limits(16 * 1024, Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(300));

  @RegisterExtension final LocalBlaxel blaxel;

  StreamsTest() throws IOException {
    blaxel = new LocalBlaxel(BlaxelOptions.standard(), HASTY);
  }

  private static HttpResponse<String> stream(LocalBlaxelSandbox sandbox, ObjectNode process)
      throws IOException, InterruptedException {
    return sandbox
        .server()
        .send(
            sandbox
                .request("POST", "/process", process.toString())
                .header("Accept", "text/event-stream"));
  }

  private static List<JsonNode> events(HttpResponse<String> response) throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String line : response.body().lines().toList()) {
      events.add(LocalBlaxel.json.readTree(line));
    }
    return events;
  }

  @Test
  void theResultIsADocumentInAStringAndComesLast() throws Exception {
    HttpResponse<String> response =
        stream(blaxel.create(), command("echo hi; exit 3").put("name", "n"));

    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
    List<JsonNode> events = events(response);
    JsonNode last = events.get(events.size() - 1);
    assertThat(last.path("type").asText()).isEqualTo("result");
    JsonNode process = LocalBlaxel.json.readTree(last.path("data").asText());
    assertThat(process.path("exitCode").asInt()).isEqualTo(3);
    assertThat(process.path("stdout").asText()).isEqualTo("hi\n");
  }

  @Test
  void aSilentStreamIsKeptAliveTwiceAndTheSecondTimeInvented() throws Exception {
    List<String> lines = stream(blaxel.create(), command("sleep 0.8")).body().lines().toList();

    assertThat(lines).contains("{\"type\":\"keepalive\"}");
    assertThat(lines).contains("{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}");
  }

  @Test
  void aCharacterBetweenTwoPiecesIsLostInTheStreamAndKeptInTheFile() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    String script = "printf '\\303'; sleep 0.3; printf '\\251\\n'";
    HttpResponse<String> response = stream(sandbox, command(script).put("name", "split"));

    assertThat(response.body()).contains("\"data\":\"\ufffd\"").contains("\"data\":\"\ufffd\\n\"");
    assertThat(
            sandbox
                .get("/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fsplit.stdout.log?download=true")
                .body())
        .isEqualTo("é\n");
  }

  @Test
  void whoLeavesAStreamIsForgottenAndTheProcessRunsOn() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    HttpResponse<InputStream> left =
        blaxel.open(
            sandbox
                .request("POST", "/process", command("echo up; sleep 60").put("name", "n") + "")
                .header("Accept", "text/event-stream"));
    assertThat(left.body().read()).isEqualTo('{');
    left.body().close();

    assertThat(sandbox.process("n").path("status").asText()).isEqualTo("running");
    eventually(() -> Thread.getAllStackTraces().values().stream().noneMatch(StreamsTest::follows));
  }

  private static boolean follows(StackTraceElement[] stack) {
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().endsWith(".ClientStream")) return true;
    }
    return false;
  }

  @Test
  void everyPieceOfALogStreamHasOnePrefixWhereverItBegins() throws Exception {
    blaxel.restart(BlaxelOptions.standard(), Limits.REAL);
    LocalBlaxelSandbox sandbox = blaxel.create();
    String await = "until [ -e %s ]; do sleep 0.02; done; ";
    String script =
        await.formatted("one") + "printf abc; " + await.formatted("two") + "printf 'def\\nghi\\n'";
    sandbox.start(command(script).put("name", "n"));
    try (InputStream stream =
        blaxel.open(sandbox.request("GET", "/process/n/logs/stream", "")).body()) {
      sandbox.run("touch one");
      assertThat(new String(stream.readNBytes(10), UTF_8)).isEqualTo("stdout:abc");
      sandbox.run("touch two");
      assertThat(new String(stream.readAllBytes(), UTF_8)).isEqualTo("stdout:def\nghi\n");
    }
    assertThat(sandbox.get("/process/n/logs/stream").body())
        .isEqualTo("stdout:abcstdout:def\nstdout:ghi\n");
  }

  @Test
  void aLogAboveTheCapLosesItsHeadAndKeepsItsOffsets() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    String script = "i=0; while [ $i -lt 480 ]; do printf '%063d\\n' $i; i=$((i+1)); done";
    sandbox.start(command(script).put("name", "cap").put("waitForCompletion", true));

    HttpResponse<InputStream> file =
        blaxel.open(
            sandbox.request(
                "GET",
                "/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fcap.stdout.log?download=true",
                ""));
    byte[] bytes = file.body().readAllBytes();
    assertThat(bytes).hasSize(480 * 64);
    assertThat(bytes[12_287]).isZero();
    assertThat(new String(bytes, 12_288, 64, UTF_8)).endsWith("192\n");
    assertThat(sandbox.json("GET", "/process/cap/logs", "").path("stdout").asText())
        .startsWith(LogFiles.TRUNCATED + "0")
        .hasSize(LogFiles.TRUNCATED.length() + 480 * 64 - 12_288);
  }

  @Test
  void aFailedProcessIsStartedAgainUnderItsOldNumberUntilItSucceeds() throws Exception {
    LocalBlaxelSandbox sandbox = blaxel.create();
    JsonNode process =
        sandbox.start(
            command("test -e again && exit 0; touch again; exit 4")
                .put("restartOnFailure", true)
                .put("maxRestarts", 2)
                .put("waitForCompletion", true));

    assertThat(process.path("status").asText()).isEqualTo("completed");
    assertThat(process.path("restartCount").asInt()).isEqualTo(1);
    assertThat(process.path("stdout").asText())
        .isEqualTo("\n[Process failed with exit code 4. Attempting restart 1/2...]\n");
  }
}
