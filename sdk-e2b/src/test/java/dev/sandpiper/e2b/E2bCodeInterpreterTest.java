package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.CodeMessages.CONVERSATION;
import static dev.sandpiper.e2b.CodeMessages.END;
import static dev.sandpiper.e2b.CodeMessages.EXECUTE;
import static dev.sandpiper.e2b.CodeMessages.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.interpreter.CodeContext;
import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeInterpreter;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeOutput;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.ContextOptions;
import dev.sandpiper.interpreter.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Code in kernels, over what the service in E2B's template sends. */
@Timeout(60)
class E2bCodeInterpreterTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @Test
  void aRunGivesOutputResultsAndItsNumber() throws Exception {
    e2b.answer(stream(CONVERSATION));
    Execution execution = e2b.sandbox().codeInterpreter().runCode("print('h\u00e9'); 1 + 1");
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
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
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
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
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
    Execution execution = e2b.sandbox().codeInterpreter().runCode(CodeRequest.of("x"), listener);
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
    Execution execution =
        e2b.sandbox().codeInterpreter().runCode(CodeRequest.of("1").captureBytes(10));
    e2b.take(EXECUTE);

    assertThat(execution.stdout().isComplete()).isFalse();
    assertThat(execution.stdout().totalBytes()).isEqualTo(208);
    assertThat(execution.stdout().text()).startsWith("begin\n[...").endsWith("...]\nyyend");
  }

  @Test
  void resultsAboveTheirNumberAreCounted() throws Exception {
    e2b.answer(stream("{\"type\": \"result\", \"text\": \"1\"}\n".repeat(5) + END));
    Execution execution =
        e2b.sandbox().codeInterpreter().runCode(CodeRequest.of("1").mostResults(2));
    e2b.take(EXECUTE);

    assertThat(execution.results()).hasSize(2);
    assertThat(execution.resultsLeftOut()).isEqualTo(3);
  }

  @Test
  void aFutureGivesTheExecution() throws Exception {
    e2b.answer(stream(CONVERSATION));
    CompletableFuture<Execution> future =
        e2b.sandbox().codeInterpreter().runCodeAsync(CodeRequest.of("1"), output -> {});
    assertThat(future.get(10, TimeUnit.SECONDS).text()).contains("2");
    e2b.take(EXECUTE);
  }

  @Test
  void aConnectionIsUsedAgainAfterARun() throws Exception {
    e2b.answer(stream(END));
    e2b.answer(stream(END));
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
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
    CodeInterpreter interpreter = e2b.sandbox().codeInterpreter();
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
}
