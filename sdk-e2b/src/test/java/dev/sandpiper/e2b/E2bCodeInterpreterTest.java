package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeOutput;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.ContextOptions;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ExecutionDeadlineException;
import dev.sandpiper.interpreter.ExecutionLostException;
import dev.sandpiper.testing.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Code in kernels, over what the service in E2B's template sends. */
@Timeout(60)
class E2bCodeInterpreterTest {
  private static final String EXECUTE = "POST /execute";
  private static final String END = "{\"type\": \"end_of_execution\"}\n";

  /** What {@code print("hé"); 1 + 1} gives, and a keep-alive and something new among it. */
  private static final String CONVERSATION =
      """
      {"type": "number_of_executions", "execution_count": 3}
      {"type": "stdout", "text": "h\\u00e9", "timestamp": "2026-11-20T10:00:00.123456+00:00"}
      {"type": "keepalive"}
      {"type": "stderr", "text": "warn\\n", "timestamp": "soon"}
      {"type": "of_next_year", "text": ["?"]}
      {"type": "stdout", "text": "\\n"}
      {"type": "result", "text": "2", "is_main_result": true}
      {"type": "end_of_execution"}
      """;

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private CodeInterpreter interpreter() throws Exception {
    return e2b.sandbox().codeInterpreter();
  }

  private static MockResponse stream(String lines) {
    return new MockResponse.Builder().chunkedBody(lines, 7).build();
  }

  /** An answer whose connection is closed behind {@code sent}, though more was announced. */
  private static MockResponse cut(ByteString sent, int announced) {
    return new MockResponse.Builder()
        .body(new Buffer().write(sent))
        .setHeader("Content-Length", announced)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  /** An answer that begins like this and then is silent. */
  private static MockResponse stalled(String begin) {
    return new MockResponse.Builder()
        .body(begin + " ".repeat(100_000))
        .throttleBody(begin.length(), 1, TimeUnit.HOURS)
        .build();
  }

  @Test
  void aRunGivesOutputResultsAndItsNumber() throws Exception {
    e2b.answer(stream(CONVERSATION));
    Execution execution = interpreter().runCode("print('h\u00e9'); 1 + 1");
    RecordedRequest request = e2b.take(EXECUTE);

    assertThat(execution.isComplete()).isTrue();
    assertThat(execution.stdout().text()).isEqualTo("h\u00e9\n");
    assertThat(execution.stderr().text()).isEqualTo("warn\n");
    assertThat(execution.text()).contains("2");
    assertThat(execution.error()).isEmpty();
    assertThat(execution.executionCount()).hasValue(3);
    assertThat(execution.orThrow()).isSameAs(execution);
    assertThat(ScriptedE2b.json(request).toString())
        .isEqualTo("{\"code\":\"print('h\u00e9'); 1 + 1\"}");
  }

  @Test
  void onlyARunCarriesTheSandboxsTokenAndNothingTheAccountsKey() throws Exception {
    e2b.answer(stream(END));
    e2b.answer(200, "[]");
    CodeInterpreter interpreter = interpreter();
    Execution unused = interpreter.runCode("1");
    assertThat(interpreter.contexts()).isEmpty();
    Headers run = e2b.take(EXECUTE).getHeaders();
    Headers list = e2b.take("GET /contexts").getHeaders();

    assertThat(run.get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(list.get("X-Access-Token")).isNull();
    for (Headers headers : List.of(run, list)) {
      assertThat(headers.get("E2b-Sandbox-Id")).isEqualTo(ScriptedE2b.SANDBOX);
      assertThat(headers.get("E2b-Sandbox-Port")).isEqualTo("49999");
      assertThat(headers.get("X-API-KEY")).isNull();
      assertThat(headers.toString()).doesNotContain(ScriptedE2b.KEY);
    }
  }

  @Test
  void theTrafficTokenGoesToTheServiceWhereThereIsOne() throws Exception {
    e2b.answer(
        200,
        """
        {"templateID": "t", "sandboxID": "isb1", "clientID": "c", "envdVersion": "0.6.13",
         "trafficAccessToken": "traffic-1"}""");
    e2b.answer(stream(END));
    CodeInterpreter interpreter =
        e2b.client().connect(ScriptedE2b.SANDBOX, Duration.ofMinutes(5)).codeInterpreter();
    e2b.take();
    Execution unused = interpreter.runCode("1");
    Headers headers = e2b.take(EXECUTE).getHeaders();

    assertThat(headers.get("E2B-Traffic-Access-Token")).isEqualTo("traffic-1");
    assertThat(headers.get("X-Access-Token")).isNull();
  }

  @Test
  void aRequestNamesItsContextOrLanguageAndItsVariables() throws Exception {
    e2b.answer(stream(END));
    e2b.answer(stream(END));
    CodeInterpreter interpreter = interpreter();
    Execution first =
        interpreter.runCode(
            CodeRequest.of("x")
                .context(new CodeContext("c1", "python", "/"))
                .environment("A", "$b"));
    Execution second = interpreter.runCode(CodeRequest.of("y").language("r"));

    assertThat(first).extracting(Execution::isComplete).isEqualTo(second.isComplete());
    assertThat(ScriptedE2b.json(e2b.take(EXECUTE)).toString())
        .isEqualTo("{\"code\":\"x\",\"context_id\":\"c1\",\"env_vars\":{\"A\":\"$b\"}}");
    assertThat(ScriptedE2b.json(e2b.take(EXECUTE)).toString())
        .isEqualTo("{\"code\":\"y\",\"language\":\"r\"}");
  }

  @Test
  void aListenerSeesEverythingInItsOrder() throws Exception {
    List<Object> seen = new ArrayList<>();
    e2b.answer(
        stream(
            CONVERSATION.replace(
                END,
                "{\"type\": \"error\", \"name\": \"E\", \"value\": null, \"traceback\": \"t\"}\n"
                    + END)));
    CodeListener listener =
        new CodeListener() {
          @Override
          public void onOutput(CodeOutput output) {
            seen.add(output);
          }

          @Override
          public void onResult(CodeResult result) {
            seen.add(result.text().orElseThrow());
          }

          @Override
          public void onError(CodeError error) {
            seen.add(error);
          }
        };
    Execution execution = interpreter().runCode(CodeRequest.of("x"), listener);
    e2b.take(EXECUTE);

    assertThat(seen)
        .containsExactly(
            new CodeOutput(
                Channel.STDOUT,
                "h\u00e9",
                Optional.of(Instant.parse("2026-11-20T10:00:00.123456Z"))),
            new CodeOutput(Channel.STDERR, "warn\n", Optional.empty()),
            new CodeOutput(Channel.STDOUT, "\n", Optional.empty()),
            "2",
            new CodeError("E", "", "t"));
    assertThat(execution.error()).contains(new CodeError("E", "", "t"));
  }

  @Test
  void aConversationThatIsCutAnywhereIsNeverAnExecution() throws Exception {
    ByteString whole = ByteString.encodeUtf8(CONVERSATION);
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(ExecutionLostException.class)
        .hasMessageContaining("whether the code ran cannot be known");
    e2b.take(EXECUTE);
  }

  @Test
  void whatIsNotJsonEndsTheRun() throws Exception {
    CodeInterpreter interpreter = interpreter();
    for (String line : List.of("{\"type\": \"stdout\"", "<html>", "[]", "1", "{} {}")) {
      e2b.answer(stream(line + "\n" + END));
      assertThatThrownBy(() -> interpreter.runCode("1"))
          .as(line)
          .isInstanceOf(WireFormatException.class)
          .hasMessageContaining("a message that cannot be read");
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
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(() -> interpreter.runCode("1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("above the bound of 16777216 bytes");
    e2b.take(EXECUTE);
  }

  @Test
  void nestingAboveTheBoundEndsTheRun() throws Exception {
    e2b.answer(stream("{\"type\": \"result\", \"json\": " + "[".repeat(10_000) + "\n"));
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(WireFormatException.class);
    e2b.take(EXECUTE);
  }

  @Test
  void aLongOutputKeepsItsBeginningAndItsEnd() throws Exception {
    e2b.answer(
        stream(
            "{\"type\": \"stdout\", \"text\": \"begin"
                + "x".repeat(100)
                + "\"}\n"
                + "{\"type\": \"stdout\", \"text\": \""
                + "y".repeat(100)
                + "end\"}\n"
                + END));
    Execution execution = interpreter().runCode(CodeRequest.of("1").captureBytes(10));
    e2b.take(EXECUTE);

    assertThat(execution.stdout().isComplete()).isFalse();
    assertThat(execution.stdout().totalBytes()).isEqualTo(208);
    assertThat(execution.stdout().text()).startsWith("begin\n[...").endsWith("...]\nyyend");
  }

  @Test
  void resultsAboveTheirNumberAreCounted() throws Exception {
    e2b.answer(stream("{\"type\": \"result\", \"text\": \"1\"}\n".repeat(5) + END));
    Execution execution = interpreter().runCode(CodeRequest.of("1").mostResults(2));
    e2b.take(EXECUTE);

    assertThat(execution.results()).hasSize(2);
    assertThat(execution.resultsLeftOut()).isEqualTo(3);
  }

  @Test
  void aListenerThatThrowsEndsTheCallAndSeesNoMore() throws Exception {
    List<String> seen = new ArrayList<>();
    CodeInterpreter interpreter = interpreter();
    IllegalStateException thrown = new IllegalStateException("enough");
    e2b.answer(
        stalled(
            "{\"type\": \"stdout\", \"text\": \"a\"}\n{\"type\": \"stdout\", \"text\": \"b\"}\n"));
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      seen.add(output.text());
                      throw thrown;
                    }))
        .isSameAs(thrown);
    e2b.take(EXECUTE);
    assertThat(seen).containsExactly("a");

    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n" + END));
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      throw new IOException("full");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasRootCauseMessage("full");
    e2b.take(EXECUTE);
  }

  @Test
  void whatAListenerThrowsIsNeverTakenForALossOfTheConnection() throws Exception {
    SandboxException own = new PlatformException(Failure.of("write", "/a", "the disk is full"));
    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n" + END));
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(
            () ->
                interpreter.runCode(
                    CodeRequest.of("1"),
                    output -> {
                      throw own;
                    }))
        .isSameAs(own);
    e2b.take(EXECUTE);
  }

  @Test
  void aSlowListenerIsNotALostConnection() throws Exception {
    e2b.answer(stream("{\"type\": \"stdout\", \"text\": \"a\"}\n".repeat(3) + END));
    E2bSandbox sandbox =
        e2b.sandbox(e2b.open(e2b.builder().idleLimit(Duration.ofMillis(100))), "0.6.13");
    Execution execution =
        sandbox
            .codeInterpreter()
            .runCode(CodeRequest.of("1"), output -> LockSupport.parkNanos(150_000_000));
    e2b.take(EXECUTE);

    assertThat(execution.stdout().text()).isEqualTo("aaa");
  }

  @Test
  void atItsDeadlineARunIsGivenUpWithWhatItHadGiven() throws Exception {
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = interpreter();
    CodeRequest request = CodeRequest.of("1").timeout(Duration.ofMillis(300));
    ExecutionDeadlineException late =
        catchThrowableOfType(ExecutionDeadlineException.class, () -> interpreter.runCode(request));
    e2b.take(EXECUTE);

    assertThat(late.limit()).isEqualTo(Limit.DEADLINE);
    assertThat(late)
        .hasMessageContaining("given up at its deadline of 300 ms (CodeRequest.timeout)")
        .hasMessageContaining("E2B interrupts the code within about 5 s");
    assertThat(late.partialExecution().stdout().text()).isEqualTo("begun");
    assertThat(late.partialExecution().isComplete()).isFalse();
    assertThat(late.retryable()).isFalse();
  }

  @Test
  void silenceInARunIsTheIdleLimitButNotWhileItWaitsForItsContext() throws Exception {
    E2bClient client = e2b.open(e2b.builder().idleLimit(Duration.ofMillis(200)));
    CodeInterpreter interpreter = e2b.sandbox(client, "0.6.13").codeInterpreter();
    e2b.answer(stalled("{\"type\": \"keepalive\"}\n"));
    ExecutionDeadlineException silent =
        catchThrowableOfType(ExecutionDeadlineException.class, () -> interpreter.runCode("1"));
    e2b.take(EXECUTE);
    assertThat(silent.limit()).isEqualTo(Limit.IDLE);

    e2b.answer(
        new MockResponse.Builder()
            .chunkedBody(END, 1000)
            .bodyDelay(600, TimeUnit.MILLISECONDS)
            .build());
    assertThat(interpreter.runCode("1").isComplete()).isTrue();
    e2b.take(EXECUTE);
  }

  @Test
  void anInterruptClosesTheConnection() throws Exception {
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CodeInterpreter interpreter = interpreter();
    Thread caller = Thread.currentThread();
    assertThatThrownBy(() -> interpreter.runCode(CodeRequest.of("1"), output -> caller.interrupt()))
        .isInstanceOf(CancelledException.class)
        .hasMessageContaining("interrupted")
        .hasMessageContaining("E2B interrupts the code");
    assertThat(Thread.interrupted()).isTrue();
    e2b.take(EXECUTE);
  }

  @Test
  void cancellingTheFutureClosesTheConnection() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    e2b.answer(stalled("{\"type\": \"stdout\", \"text\": \"begun\"}\n"));
    CompletableFuture<Execution> future =
        interpreter().runCodeAsync(CodeRequest.of("1"), output -> begun.countDown());
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    e2b.take(EXECUTE);

    assertThat(future.cancel(true)).isTrue(); // the script proves that the connection is let go
    Patience.until("the future is over", future::isCancelled);
  }

  @Test
  void aFutureGivesTheExecution() throws Exception {
    e2b.answer(stream(CONVERSATION));
    CompletableFuture<Execution> future =
        interpreter().runCodeAsync(CodeRequest.of("1"), output -> {});
    assertThat(future.get(10, TimeUnit.SECONDS).text()).contains("2");
    e2b.take(EXECUTE);
  }

  @Test
  void aConnectionIsUsedAgainAfterARun() throws Exception {
    e2b.answer(stream(END));
    e2b.answer(stream(END));
    CodeInterpreter interpreter = interpreter();
    Execution first = interpreter.runCode("1");
    Execution second = interpreter.runCode("2");

    assertThat(first.isComplete() && second.isComplete()).isTrue();
    int connection = e2b.take(EXECUTE).getConnectionIndex();
    assertThat(e2b.take(EXECUTE).getConnectionIndex()).isEqualTo(connection);
  }

  @Test
  void contextsAreMadeListedRestartedAndDeleted() throws Exception {
    e2b.answer(200, "{\"id\": \"c1\", \"language\": \"python\", \"cwd\": \"/w\"}");
    e2b.answer(200, "[{\"id\": \"c0\", \"language\": \"r\", \"cwd\": \"/\"}, {\"id\": \"c1\"}]");
    e2b.answer(200, "null");
    e2b.answer(200, "null");
    CodeInterpreter interpreter = interpreter();
    ContextOptions options = ContextOptions.standard().language("python").directory("/w");
    CodeContext made = interpreter.createContext(options);

    assertThat(made).isEqualTo(new CodeContext("c1", "python", "/w"));
    assertThat(interpreter.contexts())
        .containsExactly(new CodeContext("c0", "r", "/"), new CodeContext("c1", "", ""));
    interpreter.restart(made);
    assertThat(interpreter.delete(made)).isTrue();
    assertThat(ScriptedE2b.json(e2b.take("POST /contexts")).toString())
        .isEqualTo("{\"language\":\"python\",\"cwd\":\"/w\"}");
    e2b.take("GET /contexts");
    e2b.take("POST /contexts/c1/restart");
    e2b.take("DELETE /contexts/c1");
  }

  @Test
  void aCreationThatLosesItsConnectionIsNotSentAgain() throws Exception {
    e2b.answer(new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    CodeInterpreter interpreter = interpreter();
    assertThatThrownBy(interpreter::createContext)
        .hasMessageContaining("whether the context was created cannot be known");
    e2b.take("POST /contexts");
  }

  @Test
  void aContextThatIsNotThereIsWhatIsNotFound() throws Exception {
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
    assertThat(failure(interpreter, text(400, "Only one of context_id or language")))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(failure(interpreter, text(500, "kernel died")))
        .isInstanceOf(PlatformException.class);
    assertThat(failure(interpreter, text(500, "kernel died")))
        .hasMessageContaining("whether the code ran cannot be known");
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

  private static MockResponse text(int status, String text) {
    return new MockResponse.Builder().code(status).body(text).build();
  }

  @Test
  void aTemplateWithoutTheServiceIsNamedAsSuch() throws Exception {
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
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
    CodeInterpreter interpreter = interpreter();
    for (int status : new int[] {429, 500, 502, 503, 504}) {
      e2b.answer(text(status, "no"));
      assertThatThrownBy(() -> interpreter.runCode("1")).isInstanceOf(SandboxException.class);
      e2b.take(EXECUTE);
    }
  }
}
