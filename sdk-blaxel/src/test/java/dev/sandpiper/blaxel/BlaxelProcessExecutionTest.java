package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.SandboxException;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.ArrayList;
import java.util.List;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Blaxel's {@code POST /process}: the command as JSON, its output as the event stream that the
 * documentation describes or as the JSON lines that servers send.
 */
class BlaxelProcessExecutionTest {
  private static final String PROCESS = "POST /sbx/process";
  private static final String RECORD =
      """
      {"pid":"17","name":"p","command":"make","status":"failed","exitCode":2,\
      "startedAt":"Fri, 20 Nov 2026 17:33:43 GMT","completedAt":"Fri, 20 Nov 2026 17:33:44 GMT",\
      "logs":"","stdout":"","stderr":"","workingDir":"/app"}""";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  @Test
  void theRequestIsTheCommandAsJson() throws MalformedStreamException {
    blaxel.on(
        PROCESS,
        ScriptedBlaxel.stream("text/event-stream", "event: result\ndata: " + RECORD + "\n\n"));
    Command command = Command.of("make", "all").directory("/app").environment("CI", "1");
    blaxel.sandbox().exec(command);

    RecordedRequest request = blaxel.first(PROCESS);
    assertThat(request.getHeaders().get("Content-Type")).startsWith("application/json");
    assertThat(request.getHeaders().get("Accept")).isEqualTo("text/event-stream");
    assertThat(request.getHeaders().get("X-Blaxel-Authorization"))
        .isEqualTo("Bearer " + ScriptedBlaxel.KEY);
    JsonNode body = ScriptedBlaxel.json(request);
    assertThat(body.path("command").textValue()).endsWith("'make' 'all'");
    assertThat(body.path("workingDir").textValue()).isEqualTo("/app");
    assertThat(body.path("env").path("CI").textValue()).isEqualTo("1");
  }

  @Test
  void anEventStreamIsTheOutputAndThenTheRecord() {
    blaxel.on(
        PROCESS,
        ScriptedBlaxel.stream(
            "text/event-stream",
            "event: stdout\ndata: one\ndata: \n\n: keepalive\n\nevent: stderr\ndata: two\n\n"
                + "event: result\ndata: "
                + RECORD
                + "\n\n"));
    List<String> heard = new ArrayList<>();
    ExecResult result =
        blaxel
            .sandbox()
            .exec(Command.of("make"), output -> heard.add(output.channel() + output.text()));

    assertThat(result.exit()).isEqualTo(new Exited(2));
    assertThat(result.outText()).isEqualTo("one\n");
    assertThat(result.errText()).isEqualTo("two");
    assertThat(heard).containsExactly("STDOUTone\n", "STDERRtwo");
  }

  @Test
  void jsonLinesAreTheOutputAndThenTheRecord() {
    String record = RECORD.replace("\"", "\\\"");
    blaxel.on(
        PROCESS,
        ScriptedBlaxel.stream(
            "application/x-ndjson",
            "{\"type\":\"stdout\",\"data\":\"one\\n\"}\n{\"type\":\"keepalive\"}\n"
                + "{\"type\":\"stderr\",\"data\":\"two\"}\n"
                + "{\"type\":\"result\",\"data\":\""
                + record
                + "\"}\n"));
    ExecResult result = blaxel.sandbox().exec("make");

    assertThat(result.exit()).isEqualTo(new Exited(2));
    assertThat(result.outText()).isEqualTo("one\n");
    assertThat(result.errText()).isEqualTo("two");
  }

  @Test
  void aStreamThatStopsWithoutTheRecordIsNoExit() {
    blaxel.on(PROCESS, ScriptedBlaxel.stream("text/event-stream", "event: stdout\ndata: one\n\n"));
    blaxel.always(
        "GET /sbx/process/*",
        request -> ScriptedBlaxel.json(404, "{\"error\":\"process not found\"}"));

    assertThatThrownBy(() -> blaxel.sandbox().exec("make")).isInstanceOf(SandboxException.class);
  }
}
