package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.Process;
import dev.sandpiper.e2b.connect.Frames;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** E2B's {@code process.Process/SendInput} in JSON: one unary call for each write. */
class E2bSendInputTest {
  private static final String SEND_INPUT = "POST /process.Process/SendInput";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b(E2bCodec.JSON);

  private final CountDownLatch over = new CountDownLatch(1);

  @BeforeEach
  void speakJson() {
    Frames.speak(E2bCodec.JSON);
  }

  @AfterEach
  void speakBinaryAgain() {
    Frames.speak(E2bCodec.BINARY);
  }

  private Process started() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.held(over, Frames.start(7), Frames.exited(0), Frames.goodbye()));
    Process process = sandbox.processes().start(Command.of("cat").openStdin());
    e2b.take("POST /process.Process/Start");
    return process;
  }

  private void takeInput(String base64) throws Exception {
    RecordedRequest request = e2b.take(SEND_INPUT);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
    assertThat(request.getHeaders().get("Connect-Protocol-Version")).isEqualTo("1");
    assertThat(request.getHeaders().get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(ScriptedE2b.body(request).utf8())
        .isEqualTo("{\"process\":{\"pid\":7},\"input\":{\"stdin\":\"" + base64 + "\"}}");
  }

  @Test
  void aWriteIsOneCallWithTheBytesInBase64() throws Exception {
    try (Process process = started()) {
      e2b.answer(200, "{}");
      process.stdin().write("hello\n".getBytes(UTF_8));
      process.stdin().flush();
      takeInput("aGVsbG8K");

      over.countDown();
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
  }

  @Test
  void anInputThatAProcessLacksIsTheServersError() throws Exception {
    try (Process process = started()) {
      e2b.answer(404, "{\"code\":\"not_found\",\"message\":\"process with pid 7 not found\"}");
      assertThatThrownBy(
              () -> {
                process.stdin().write("x".getBytes(UTF_8));
                process.stdin().flush();
              })
          .hasRootCauseInstanceOf(NotFoundException.class)
          .hasStackTraceContaining("process with pid 7 not found");
      takeInput("eA==");

      over.countDown();
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
  }
}
