package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.blaxel.process.ProcessRecord;
import dev.sandpiper.blaxel.server.StrayLines;
import dev.sandpiper.testing.Recordings;
import dev.sandpiper.testing.Recordings.Answer;
import dev.sandpiper.wire.Json;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The whole client, and the readers, over what the real server sent. */
class RecordingsTest {
  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  static Stream<Answer> streams() {
    return Recordings.of("blaxel").stream()
        .filter(answer -> answer.contentType().equals("application/x-ndjson"))
        .filter(answer -> text(answer).contains("\"type\":\"result\""));
  }

  static Stream<Answer> failedStarts() {
    return Recordings.of("blaxel").stream()
        .filter(answer -> answer.contentType().equals("application/x-ndjson"))
        .filter(answer -> text(answer).contains("\"type\":\"error\""));
  }

  static Stream<Answer> leaks() {
    return Recordings.of("blaxel").stream()
        .filter(answer -> answer.method().equals("POST"))
        .filter(answer -> answer.contentType().startsWith("text/plain"))
        .filter(answer -> answer.target().equals("/process"));
  }

  private static String text(Answer answer) {
    return new String(answer.body(), UTF_8);
  }

  private ExecResult replay(Answer answer) {
    blaxel.on("POST /sbx/process", ScriptedBlaxel.stream(answer.contentType(), text(answer)));
    return blaxel.sandbox().exec("true");
  }

  @ParameterizedTest
  @MethodSource("streams")
  void aRecordedStreamGivesTheExitOfItsRecord(Answer answer) throws Exception {
    String[] lines = text(answer).split("\n", -1);
    JsonNode last = Json.parse(lines[lines.length - 2].getBytes(UTF_8));
    JsonNode record = Json.parse(last.path("data").asText().getBytes(UTF_8));
    int code = record.path("exitCode").asInt();
    ExecResult result = replay(answer);

    assertThat(result.exit())
        .isEqualTo(
            code < 0 ? new ExitStatus.Signaled(Signal.UNKNOWN) : new ExitStatus.Exited(code));
    boolean isExact = !text(answer).contains("\\ufffd") && !text(answer).contains("\ufffd");
    assertThat(result.stdout().isComplete()).isEqualTo(isExact);
  }

  @ParameterizedTest
  @MethodSource("failedStarts")
  void aRecordedFailureIsThrown(Answer answer) {
    assertThatThrownBy(() -> replay(answer))
        .isInstanceOf(SandboxException.class)
        .hasMessageNotContaining("'ls'");
  }

  @ParameterizedTest
  @MethodSource("leaks")
  void aLeakedKeepaliveIsStrippedFromADocument(Answer answer) throws Exception {
    assertThat(text(answer)).contains("[keepalive]");
    JsonNode record = Json.parse(StrayLines.strip(answer.body()));
    assertThat(ProcessRecord.of(record).exit()).contains(new ExitStatus.Exited(0));
  }

  @Test
  void theServersKeepaliveAmongTheOutputIsFiltered() {
    Answer quiet = one("stream-keepalive", "application/x-ndjson");
    assertThat(replay(quiet).stdout().text()).isEqualTo("begin\nend\n");
  }

  @Test
  void everyKindIsAmongTheRecordings() {
    assertThat(streams()).hasSizeGreaterThan(10);
    assertThat(failedStarts()).hasSizeGreaterThan(2);
    assertThat(leaks()).hasSizeGreaterThan(6);
  }

  private static Answer one(String recording, String contentType) {
    return Recordings.of("blaxel").stream()
        .filter(answer -> answer.name().startsWith(recording + "/"))
        .filter(answer -> answer.contentType().equals(contentType))
        .findFirst()
        .orElseThrow();
  }
}
