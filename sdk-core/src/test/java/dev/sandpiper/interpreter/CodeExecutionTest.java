package dev.sandpiper.interpreter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.CapturedOutput;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeExecutionTest {
  private static final CodeError ERROR = new CodeError("E", "why", "\u001b[31mE\u001b[0m: why");
  private static final Failure FAILURE = Failure.of("run code", "c1", "lost");

  private static Execution execution() {
    CodeResult result =
        CodeResult.of(true, Map.of(ResultFormat.TEXT, "2", ResultFormat.PNG, "iVBORw=="))
            .withChart(new Chart.Pie(null, List.of(new Chart.Slice("a", 1, 2))))
            .withData(new DataTable(List.of(new DataTable.Column("c", Arrays.asList(1L, null)))))
            .withExtra(Map.of("x/y", "z"))
            .withUnreadable(Map.of(ResultFormat.PDF, "it is not a text"));
    return Execution.of(List.of(result), output("out"), output(""), Duration.ofMillis(1500))
        .withError(ERROR)
        .withExecutionCount(4)
        .withResultsLeftOut(1);
  }

  private static CapturedOutput output(String text) {
    return CapturedOutput.complete(text.getBytes(UTF_8));
  }

  @Test
  void jacksonWritesTextsAndNoBytes() throws Exception {
    assertThat(new ObjectMapper().writeValueAsString(execution()))
        .isEqualTo(
            "{\"text\":\"2\",\"results\":[{\"text\":\"2\",\"png\":null,\"data\":null,"
                + "\"chart\":null,\"extra\":null}],\"stdout\":\"out\",\"stderr\":\"\","
                + "\"error\":{\"name\":\"E\",\"value\":\"why\",\"traceback\":\"E: why\"},"
                + "\"executionCount\":4,\"isComplete\":true,\"seconds\":1.5}");
  }

  @Test
  void itsTextHasNoContent() {
    assertThat(execution().toString())
        .contains("ended, E")
        .doesNotContain("out,")
        .contains("3 bytes");
  }

  @Test
  void whatIsNotCompleteIsNotASuccess() {
    Execution partial = Execution.of(List.of(), output(""), output(""), Duration.ZERO).asPartial();
    assertThatThrownBy(partial::orThrow)
        .isInstanceOf(CodeFailedException.class)
        .hasMessageContaining("the end of the run was not reported");
  }

  @Test
  void exceptionsKeepTheExecutionWhenTheyCrossJvms() throws Exception {
    Execution execution = execution().asPartial();
    assertThat(copy(new ExecutionLostException(FAILURE, execution, null)).partialExecution())
        .isEqualTo(execution);
    assertThat(
            copy(new ExecutionDeadlineException(
                    Limit.DEADLINE, Duration.ofSeconds(1), FAILURE, execution, null))
                .partialExecution())
        .isEqualTo(execution)
        .hasSameHashCodeAs(execution);
    assertThat(copy(new CodeFailedException(execution)).execution()).isEqualTo(execution);
  }

  @SuppressWarnings("unchecked")
  private static <T> T copy(T thrown) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(thrown);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'\u001b[0;31mred\u001b[0m', red",
    "'\u001b]0;title\u0007text', text",
    "'\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', link",
    "'\u001bPdevice\u001b\\a', a",
    "'\u001bca\u001b(Bb', ab",
    "'a\u001b', a",
    "'\u001b]never ends', never ends"
  })
  void escapeSequencesCanBeTakenAway(String traceback, String plain) {
    assertThat(new CodeError("", "", traceback).plainTraceback()).isEqualTo(plain);
  }

  @Test
  void onlyTheServicesOwnErrorsAreItsOwn() {
    assertThat(new CodeError("ContextRestarting", "x", "").isFromService()).isTrue();
    assertThat(new CodeError("ContextRestarting", "x", "trace").isFromService()).isFalse();
    assertThat(new CodeError("NameError", "x", "").isFromService()).isFalse();
  }
}
