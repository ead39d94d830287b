package dev.sandpiper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.ExitStatus.Unreported;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ExecResultTest {
  private static final CapturedOutput NOTHING = CapturedOutput.complete(new byte[0]);

  private static ExecResult result(ExitStatus exit, CapturedOutput out, CapturedOutput err) {
    return new ExecResult("make", exit, out, err, Duration.ofMillis(1_250));
  }

  private static CapturedOutput text(String text) {
    return CapturedOutput.complete(text.getBytes(UTF_8));
  }

  @Test
  void itsTextsAreWhatTheCommandPrinted() {
    ExecResult result = result(new Exited(0), text("gebaut: ü\n"), text("warning\n"));

    assertThat(result.outText()).isEqualTo("gebaut: ü\n");
    assertThat(result.errText()).isEqualTo("warning\n");
  }

  @Test
  void jacksonWritesWhatAPersonExpects() throws JsonProcessingException {
    ExecResult result = result(new Exited(2), text("a\n"), text("no rule\n"));

    assertThat(new ObjectMapper().writeValueAsString(result))
        .isEqualTo(
            "{\"program\":\"make\",\"exit\":\"exit status 2\",\"exitCode\":2,\"stdout\":\"a\\n\","
                + "\"stderr\":\"no rule\\n\",\"isComplete\":true,\"seconds\":1.25}");
  }

  @Test
  void jacksonSaysWhatIsMissing() throws JsonProcessingException {
    CapturedOutput partial =
        CapturedOutput.incomplete("head".getBytes(UTF_8), "tail".getBytes(UTF_8), 5_000);
    ExecResult result = result(new Signaled(Signal.KILL), partial, NOTHING);

    assertThat(new ObjectMapper().writeValueAsString(result))
        .contains("\"exit\":\"killed by ", "\"exitCode\":null", "\"isComplete\":false")
        .contains("head\\n[... output missing here: 5000 bytes arrived");
  }

  @Test
  void anExitThatIsNotReportedIsNoSuccessAndTheMessageSaysThatItCannotBeKnown() {
    ExecResult result =
        result(new Unreported("the platform does not report it"), NOTHING, text("careful\n"));

    assertThat(result.exit().isSuccess()).isFalse();
    assertThatThrownBy(result::orThrow)
        .isInstanceOf(CommandFailedException.class)
        .hasMessage(
            "exec make: it is unknown whether it succeeded: the platform does not report it;"
                + " stderr: careful");
  }
}
