package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.CodeMessages.CONVERSATION;
import static dev.sandpiper.e2b.CodeMessages.END;
import static dev.sandpiper.e2b.CodeMessages.EXECUTE;
import static dev.sandpiper.e2b.CodeMessages.stream;
import static dev.sandpiper.e2b.CodeMessages.text;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.ExecutionLostException;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Answers of the service for code that are cut, malformed or refusals. */
@Timeout(60)
class CodeInterpreterErrorsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  /** An answer whose connection is closed behind {@code sent}, though more was announced. */
  private static MockResponse cut(ByteString sent, int announced) {
    return new MockResponse.Builder()
        .body(new Buffer().write(sent))
        .setHeader("Content-Length", announced)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  @Test
  void aConversationThatIsCutAnywhereIsNeverAnExecution() throws Exception {
    ByteString whole = ByteString.encodeUtf8(CONVERSATION);
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    for (int cut = 0; cut < whole.size(); cut++) {
      e2b.answer(cut(whole.substring(0, cut), whole.size()));
      ExecutionLostException lost =
          catchThrowableOfType(ExecutionLostException.class, () -> interpreter.runCode("1 + 1"));
      e2b.take(EXECUTE);

      assertThat(lost).as("cut at %s", cut).isNotNull();
      assertThat(lost.retryable()).isFalse();
      assertThat(lost.partialExecution().isComplete()).isFalse();
      assertThat(lost.partialExecution().stderr().text()).isIn("", "warn\n");
    }
  }

  @Test
  void aBodyThatEndsInOrderButTooEarlyIsALostConnection() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    List<String> lines = CONVERSATION.lines().toList();
    for (int count = 0; count < lines.size(); count++) {
      String sent = String.join("\n", lines.subList(0, count)) + "\n";
      e2b.answer(stream(sent));
      assertThatThrownBy(() -> interpreter.runCode("1 + 1"))
          .isInstanceOf(ExecutionLostException.class)
          .hasMessageContaining("before the end of the run")
          .hasMessageContaining("E2B interrupts the code");
      e2b.take(EXECUTE);
    }
  }

  @Test
  void whatArrivedBeforeTheLossIsInTheError() throws Exception {
    ByteString whole = ByteString.encodeUtf8(CONVERSATION);
    e2b.answer(cut(whole.substring(0, CONVERSATION.indexOf("{\"type\": \"end")), whole.size()));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    ExecutionLostException lost =
        catchThrowableOfType(ExecutionLostException.class, () -> interpreter.runCode("1 + 1"));
    e2b.take(EXECUTE);

    assertThat(lost.partialExecution().stdout().text()).isEqualTo("h\u00e9\n");
    assertThat(lost.partialExecution().text()).contains("2");
    assertThat(lost.partialExecution().executionCount()).hasValue(3);
  }

  @Test
  void aRunThatLosesItsConnectionBeforeTheAnswerIsNotSentAgain() throws Exception {
    e2b.answer(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(ExecutionLostException.class)
        .hasMessageContaining("it is unknown whether the code ran");
    e2b.take(EXECUTE);
  }

  @Test
  void whatIsNotJsonEndsTheRun() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    for (String line : List.of("{\"type\": \"stdout\"", "<html>", "[]", "1", "{} {}")) {
      e2b.answer(stream(line + "\n" + END));
      assertThatThrownBy(() -> interpreter.runCode("1"))
          .as(line)
          .isInstanceOf(WireFormatException.class)
          .hasMessageContaining("malformed message");
      e2b.take(EXECUTE);
    }
  }

  @Test
  void aMessageAboveTheBoundEndsTheRun() throws Exception {
    Buffer endless = new Buffer().writeUtf8("{\"type\": \"stdout\", \"text\": \"");
    byte[] part = "x".repeat(1 << 20).getBytes(US_ASCII);
    for (int i = 0; i < 17; i++) {
      endless.write(part);
    }
    e2b.answer(new MockResponse.Builder().chunkedBody(endless, 1 << 20).build());
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("exceeds the limit of 16777216 bytes");
    e2b.take(EXECUTE);
  }

  @Test
  void nestingAboveTheBoundEndsTheRun() throws Exception {
    e2b.answer(stream("{\"type\": \"result\", \"json\": " + "[".repeat(10_000) + "\n"));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(WireFormatException.class);
    e2b.take(EXECUTE);
  }

  @Test
  void aCreationThatLosesItsConnectionIsNotSentAgain() throws Exception {
    e2b.answer(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThatThrownBy(interpreter::createContext)
        .hasMessageContaining("it is unknown whether the context was created");
    e2b.take("POST /contexts");
  }

  @Test
  void aContextThatIsNotThereIsWhatIsNotFound() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    e2b.answer(text(404, "Context c9 not found"));
    e2b.answer(text(404, "Context c9 not found"));
    e2b.answer(text(404, "Context c9 not found"));
    NotFoundException missing =
        catchThrowableOfType(
            NotFoundException.class,
            () -> interpreter.runCode(CodeRequest.of("1").contextId("c9")));
    assertThat(missing.what()).isEqualTo(What.CONTEXT);
    assertThat(missing).hasMessage("run code c9: Context c9 not found (404)");
    assertThatThrownBy(() -> interpreter.restart("c9")).isInstanceOf(NotFoundException.class);
    assertThat(interpreter.delete("c9")).isFalse();
    e2b.take(EXECUTE);
    e2b.take("POST /contexts/c9/restart");
    e2b.take("DELETE /contexts/c9");
  }

  @Test
  void otherAnswersAreWhatTheirStatusSays() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    assertThat(failure(interpreter, text(400, "Only one of context_id or language")))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(failure(interpreter, text(500, "kernel died")))
        .isInstanceOf(PlatformException.class);
    assertThat(failure(interpreter, text(500, "kernel died")))
        .hasMessageContaining("it is unknown whether the code ran");
    assertThat(failure(interpreter, text(403, "no traffic token")))
        .isInstanceOf(AuthenticationException.class);
    assertThat(failure(interpreter, text(404, "{\"detail\":\"Not Found\"}")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("does not know this request");
    assertThat(
            failure(
                interpreter,
                text(
                    422,
                    "{\"detail\":[{\"loc\":[\"body\",\"code\"],\"msg\":\"Field required\","
                        + "\"input\":{\"env_vars\":{\"KEY\":\"s3cr3t\"}}}]}")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("Field required")
        .hasMessageNotContaining("s3cr3t");
  }

  private SandboxException failure(CodeInterpreter interpreter, MockResponse answer)
      throws Exception {
    e2b.answer(answer);
    SandboxException failure =
        catchThrowableOfType(SandboxException.class, () -> interpreter.runCode("1"));
    e2b.take(EXECUTE);
    return failure;
  }

  @Test
  void aTemplateWithoutTheServiceIsNamedAsSuch() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    e2b.answer(
        502,
        "{\"sandboxId\": \"isb1\", \"message\": \"The sandbox is running but port is not open\","
            + " \"port\": 49999, \"code\": 502}");
    NotFoundException missing =
        catchThrowableOfType(NotFoundException.class, () -> interpreter.runCode("1"));
    e2b.take(EXECUTE);

    assertThat(missing.what()).isEqualTo(What.LISTENER);
    assertThat(missing)
        .hasMessageContaining("port 49999")
        .hasMessageContaining("code-interpreter-v1");
    assertThat(missing.retryable()).isTrue();
  }

  @Test
  void aSandboxThatIsGoneIsWhatItIsElsewhere() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    e2b.answer(
        502,
        "{\"sandboxId\": \"isb1\", \"message\": \"The sandbox was not found\", \"code\": 502}");
    e2b.answer(404, "{\"code\": 404, \"message\": \"no such sandbox\"}");
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(SandboxNotRunningException.class);
    e2b.take(EXECUTE);
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void aRunIsNotSentAgainWhateverIsAnswered() throws Exception {
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
    for (int status : new int[] {429, 500, 502, 503, 504}) {
      e2b.answer(text(status, "no"));
      assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(SandboxException.class);
      e2b.take(EXECUTE);
    }
  }
}
