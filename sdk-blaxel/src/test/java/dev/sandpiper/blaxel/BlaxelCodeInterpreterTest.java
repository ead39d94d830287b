package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.ContextOptions;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ExecutionDeadlineException;
import dev.sandpiper.interpreter.ExecutionLostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Code in kernels, over what the service in Blaxel's image sends. */
@Timeout(60)
class BlaxelCodeInterpreterTest {
  private static final String EXECUTE = "POST /sbx/port/8888/execute";
  private static final String CONTEXTS = "/sbx/port/8888/contexts";
  private static final String END = "{\"type\": \"end_of_execution\"}\n";

  /** What a run gives that prints and then divides by zero. */
  private static final String CONVERSATION =
      """
      {"type": "number_of_executions", "execution_count": 1}
      {"type": "stdout", "text": "\\u20ac\\n", "timestamp": "2026-11-20T10:00:00.5"}
      {"type": "error", "name": "ZeroDivisionError", "value": "division by zero", \
      "traceback": "\\u001b[0;31mZeroDivisionError\\u001b[0m: division by zero"}
      {"type": "end_of_execution"}
      """;

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private void answer(String lines) {
    blaxel.on(EXECUTE, new MockResponse.Builder().chunkedBody(lines, 11).build());
  }

  private CodeInterpreter interpreter() {
    return blaxel.sandbox().codeInterpreter();
  }

  private static MockResponse stalled(String begin) {
    return new MockResponse.Builder()
        .body(begin + " ".repeat(100_000))
        .throttleBody(begin.length(), 1, TimeUnit.HOURS)
        .build();
  }

  private static MockResponse text(int status, String text) {
    return new MockResponse.Builder().code(status).body(text).build();
  }

  @Test
  void aRunGivesWhatItPrintedAndRaised() throws Exception {
    answer(CONVERSATION);
    Execution execution = interpreter().runCode("print('\u20ac'); 1 / 0");
    RecordedRequest request = blaxel.first(EXECUTE);

    assertThat(execution.stdout().text()).isEqualTo("\u20ac\n");
    assertThat(execution.executionCount()).hasValue(1);
    CodeError error = execution.error().orElseThrow();
    assertThat(error).hasToString("ZeroDivisionError: division by zero");
    assertThat(error.plainTraceback()).isEqualTo("ZeroDivisionError: division by zero");
    assertThatThrownBy(execution::orThrow)
        .hasMessage("run code: ZeroDivisionError: division by zero");
    assertThat(ScriptedBlaxel.json(request).toString())
        .isEqualTo("{\"code\":\"print('\u20ac'); 1 / 0\"}");
    assertThat(request.getHeaders().get("X-Blaxel-Authorization"))
        .isEqualTo("Bearer " + ScriptedBlaxel.KEY);
  }

  @Test
  void aConversationThatIsCutAnywhereIsNeverAnExecution() {
    ByteString whole = ByteString.encodeUtf8(CONVERSATION);
    CodeInterpreter interpreter = interpreter();
    for (int cut = 0; cut < whole.size(); cut++) {
      blaxel.on(
          EXECUTE,
          new MockResponse.Builder()
              .body(new Buffer().write(whole.substring(0, cut)))
              .setHeader("Content-Length", whole.size())
              .onResponseEnd(new SocketEffect.CloseSocket())
              .build());
      ExecutionLostException lost =
          catchThrowableOfType(ExecutionLostException.class, () -> interpreter.runCode("1 / 0"));

      assertThat(lost).as("cut at %s", cut).isNotNull();
      assertThat(lost).hasMessageContaining("the code may go on");
      assertThat(lost.partialExecution().isComplete()).isFalse();
    }
    assertThat(blaxel.lines()).filteredOn(EXECUTE::equals).hasSize(whole.size());
  }

  @Test
  void aBodyThatEndsInOrderButTooEarlyIsALostConnection() {
    CodeInterpreter interpreter = interpreter();
    answer(CONVERSATION.replace(END, ""));
    assertThatThrownBy(() -> interpreter.runCode("1 / 0"))
        .isInstanceOf(ExecutionLostException.class)
        .hasMessageContaining("before the end of the run");
  }

  @Test
  void aRunThatIsSilentIsWaitedForWhateverTheIdleLimitIs() {
    blaxel.on(
        EXECUTE,
        new MockResponse.Builder()
            .chunkedBody(
                "{\"type\": \"stdout\", \"text\": \"a\"}\n" + " ".repeat(900) + "\n" + END, 64)
            .throttleBody(500, 400, TimeUnit.MILLISECONDS)
            .build());
    BlaxelClient client = blaxel.open(blaxel.builder().idleLimit(Duration.ofMillis(100)));
    assertThat(blaxel.sandbox(client).codeInterpreter().runCode("1").stdout().text())
        .isEqualTo("a");
  }

  @Test
  void atItsDeadlineTheErrorSaysThatTheCodeMayGoOn() {
    blaxel.on(EXECUTE, stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = interpreter();
    CodeRequest request = CodeRequest.of("1").timeout(Duration.ofMillis(300));
    ExecutionDeadlineException late =
        catchThrowableOfType(ExecutionDeadlineException.class, () -> interpreter.runCode(request));

    assertThat(late)
        .hasMessageContaining("deadline of 300 ms (CodeRequest.timeout)")
        .hasMessageContaining("restart its context");
    assertThat(late.partialExecution().stdout().text()).isEqualTo("begun");
  }

  @Test
  void anInterruptClosesTheConnectionAndTheErrorSaysThatTheCodeMayGoOn() {
    blaxel.on(EXECUTE, stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = interpreter();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(() -> interpreter.runCode(CodeRequest.of("1"), output -> caller.interrupt()))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("the code may go on");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aListenerThatThrowsEndsTheCall() {
    blaxel.on(EXECUTE, stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = interpreter();
    IllegalStateException thrown = new IllegalStateException("enough");
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      throw thrown;
                    }))
        .isSameAs(thrown);
  }

  @Test
  void whatIsNotJsonEndsTheRun() {
    CodeInterpreter interpreter = interpreter();
    for (String line : List.of("{\"type\":", "<html>", "[]")) {
      answer(line + "\n" + END);
      assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(WireFormatException.class);
    }
  }

  @Test
  void contextsAreMadeListedRestartedAndDeleted() throws Exception {
    blaxel.on(
        "POST " + CONTEXTS,
        ScriptedBlaxel.json(200, "{\"id\": \"c1\", \"language\": \"python\", \"cwd\": \"/app\"}"));
    blaxel.on("GET " + CONTEXTS, ScriptedBlaxel.json(200, "[{\"id\": \"c1\"}]"));
    blaxel.on("POST " + CONTEXTS + "/c1/restart", ScriptedBlaxel.json(200, "null"));
    blaxel.on("DELETE " + CONTEXTS + "/c1", ScriptedBlaxel.json(200, "null"));
    blaxel.on("DELETE " + CONTEXTS + "/c1", text(404, "Context c1 not found"));
    CodeInterpreter interpreter = interpreter();
    CodeContext made = interpreter.createContext(ContextOptions.standard().language("python"));

    assertThat(made).isEqualTo(new CodeContext("c1", "python", "/app"));
    assertThat(interpreter.contexts()).containsExactly(new CodeContext("c1", "", ""));
    interpreter.restart(made);
    assertThat(interpreter.delete(made)).isTrue();
    assertThat(interpreter.delete(made)).isFalse();
    assertThat(ScriptedBlaxel.json(blaxel.first("POST " + CONTEXTS)).toString())
        .isEqualTo("{\"language\":\"python\"}");
  }

  @Test
  void anAnswerThatIsAPageProvesNothing() {
    blaxel.on("POST " + CONTEXTS + "/c1/restart", text(200, "<html>log in</html>"));
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(() -> interpreter.restart("c1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("it is unknown whether the context was restarted");
  }

  @Test
  void aContextThatIsNotThereIsWhatIsNotFound() {
    blaxel.on(EXECUTE, text(404, "Context c9 not found"));
    blaxel.on(EXECUTE, text(400, "Only one of context_id or language can be provided"));
    CodeInterpreter interpreter = interpreter();
    NotFoundException missing =
        catchThrowableOfType(
            NotFoundException.class,
            () -> interpreter.runCode(CodeRequest.of("1").contextId("c9")));
    assertThat(missing.what()).isEqualTo(What.CONTEXT);
    assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void aSandboxThatIsGoneIsWhatItIsElsewhere() {
    blaxel.on(
        EXECUTE,
        ScriptedBlaxel.json(
            404, "{\"error\": {\"code\": \"WORKLOAD_NOT_FOUND\", \"message\": \"gone\"}}"));
    CodeInterpreter interpreter = interpreter();
    NotFoundException missing =
        catchThrowableOfType(NotFoundException.class, () -> interpreter.runCode("1"));
    assertThat(missing.what()).isEqualTo(What.SANDBOX);
  }

  @Test
  void anImageWithoutTheServiceIsNamedAsSuch() {
    blaxel.on(
        EXECUTE,
        ScriptedBlaxel.json(
            502, "{\"error\": {\"code\": \"WORKLOAD_UNAVAILABLE\", \"message\": \"nobody\"}}"));
    blaxel.on(EXECUTE, text(502, "<html>Bad Gateway</html>"));
    CodeInterpreter interpreter = interpreter();
    NotFoundException missing =
        catchThrowableOfType(NotFoundException.class, () -> interpreter.runCode("1"));
    assertThat(missing.what()).isEqualTo(What.LISTENER);
    assertThat(missing)
        .hasMessageContaining("port 8888")
        .hasMessageContaining("blaxel/jupyter-server")
        .hasMessageNotContaining("is unknown");
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("it is unknown whether it processed the request");
  }
}
