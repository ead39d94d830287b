package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.InputClosedException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.e2b.proto.ProcessProto.CloseStdinRequest;
import dev.sandpiper.e2b.proto.ProcessProto.CloseStdinResponse;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendInputResponse;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Input of processes: two calls, by number and never by tag, sent once and without a limit. */
class StdinTest {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String SEND = "POST /process.Process/SendInput";
  private static final String CLOSE = "POST /process.Process/CloseStdin";
  private static final MockResponse TAKEN = Frames.unary(SendInputResponse.getDefaultInstance());
  private static final MockResponse CLOSED = Frames.unary(CloseStdinResponse.getDefaultInstance());

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private final CountDownLatch over = new CountDownLatch(1);

  private void answerRunning() {
    e2b.answer(Frames.held(over, Frames.start(7), Frames.exited(0), Frames.goodbye()));
  }

  private void answerLast(MockResponse response) {
    e2b.answerWith(
        () -> {
          over.countDown();
          return response;
        });
  }

  private RecordedRequest takeInput(String text) throws Exception {
    RecordedRequest request = e2b.take(SEND);
    SendInputRequest message = SendInputRequest.parseFrom(ScriptedE2b.body(request).toByteArray());
    assertThat(message.getProcess().getPid()).isEqualTo(7);
    assertThat(message.getProcess().hasTag()).isFalse();
    assertThat(message.getInput().getStdin().toStringUtf8()).isEqualTo(text);
    return request;
  }

  private void takeClose() throws Exception {
    RecordedRequest request = e2b.take(CLOSE);
    CloseStdinRequest message =
        CloseStdinRequest.parseFrom(ScriptedE2b.body(request).toByteArray());
    assertThat(message.getProcess().getPid()).isEqualTo(7);
    assertThat(message.getProcess().hasTag()).isFalse();
  }

  /** Writes to a process; it has ended when this returns. */
  private SandboxException failureOfAWrite(MockResponse answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerRunning();
    e2b.answer(answer);
    try (Process process = sandbox.processes().start(Command.of("cat").openStdin())) {
      process.stdin().write('x');
      SandboxIOException e =
          catchThrowableOfType(SandboxIOException.class, () -> process.stdin().flush());
      assertThatThrownBy(() -> process.stdin().flush()).hasMessage(e.getMessage());
      process.stdin().close();
      over.countDown();
      process.waitFor();
      e2b.take(START);
      takeInput("x");
      return e.getCause();
    }
  }

  @Test
  void contentIsSentByNumberAndThenTheEndOfFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerRunning();
    e2b.answer(TAKEN);
    answerLast(CLOSED);
    sandbox.processes().exec(Command.of("cat").stdin(Content.of("hello"))).orThrow();

    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getStdin()).isTrue();
    Headers headers = takeInput("hello").getHeaders();
    assertThat(headers.get("Content-Type")).isEqualTo("application/proto");
    assertThat(headers.get("Connect-Protocol-Version")).isEqualTo("1");
    assertThat(headers.get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(headers.names())
        .doesNotContain("Connect-Timeout-Ms", "Keepalive-Ping-Interval", "Authorization");
    takeClose();
  }

  @Test
  void anOpenInputSendsWhatIsFlushed() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.5.2");
    assertThat(sandbox.capabilities()).contains(Capability.STDIN);
    answerRunning();
    e2b.answer(TAKEN);
    e2b.answer(TAKEN);
    answerLast(CLOSED);
    try (Process process = sandbox.processes().start(Command.of("cat").openStdin())) {
      process.stdin().write("one".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      process.stdin().flush();
      process.stdin().write('2');
      process.stdin().close();
      process.waitFor();
    }
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getStdin()).isTrue();
    takeInput("one");
    takeInput("2");
    takeClose();
  }

  @ParameterizedTest
  @CsvSource({
    "404, not_found, process with pid 7 not found, has exited",
    "500, internal, error writing to stdin: write |1: broken pipe, has closed its stdin",
    "500, internal, error writing to stdin: write |1: file already closed, has closed its stdin",
  })
  void aProcessThatTakesNoMoreIsTold(int status, String code, String message, String observed)
      throws Exception {
    assertThat(failureOfAWrite(error(status, code, message)))
        .isInstanceOf(InputClosedException.class)
        .hasMessageStartingWith("write stdin cat: the process ")
        .hasMessageContaining(observed);
  }

  @Test
  void whatMayHaveBeenTakenIsNeverSentAgain() throws Exception {
    assertThat(failureOfAWrite(Frames.nothing()))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether the process has read all of it")
        .satisfies(e -> assertThat(e.retryable()).isFalse());
  }

  @Test
  void anInputThatIsNotOpenIsNoProcessThatTakesNoMore() throws Exception {
    assertThat(
            failureOfAWrite(
                error(500, "internal", "error writing to stdin: stdin not enabled or closed")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("its stdin is not open");
  }

  /** Taken for the end of the process, it would leave a command waiting for the rest. */
  @Test
  void aPlain404SaysNothingAboutTheProcess() throws Exception {
    assertThat(failureOfAWrite(new MockResponse.Builder().code(404).body("no such page").build()))
        .isInstanceOf(NotFoundException.class);
  }

  @Test
  void otherErrorsAreWhatTheyAre() throws Exception {
    assertThat(failureOfAWrite(error(500, "internal", "out of luck")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("out of luck");
  }

  @Test
  void aRefusalIsNotRepeatedEither() throws Exception {
    assertThat(failureOfAWrite(error(429, "resource_exhausted", "too fast")))
        .isInstanceOf(RateLimitedException.class)
        .hasMessageNotContaining("is unknown");
  }

  @ParameterizedTest
  @CsvSource({
    "404, not_found, process with pid 7 not found",
    "500, unknown, error closing stdin: close |1: file already closed",
  })
  void endOfFileForAProcessThatIsGoneIsNoFailure(int status, String code, String message)
      throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerRunning();
    answerLast(error(status, code, message));
    try (Process process = sandbox.processes().start(Command.of("cat").openStdin())) {
      process.stdin().close();
      process.waitFor();
    }
    e2b.take(START);
    takeClose();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.1.0", "0.5.1"})
  void anOldDaemonCannotCloseItAndIsNotAsked(String version) throws Exception {
    E2bSandbox sandbox = e2b.sandbox(version);
    assertThat(sandbox.capabilities()).doesNotContain(Capability.STDIN);
    Command command = Command.of("cat").directory("relative");
    assertThatThrownBy(() -> sandbox.processes().exec(command.stdin(Content.of("x"))))
        .isInstanceOfSatisfying(
            UnsupportedCapabilityException.class,
            e -> assertThat(e.capability()).isEqualTo(Capability.STDIN))
        .hasMessageContaining("0.5.2")
        .hasMessageContaining(version);
    assertThatThrownBy(() -> sandbox.processes().start(command.openStdin()))
        .isInstanceOf(UnsupportedCapabilityException.class);
  }

  @Test
  void anAttachedProcessIsWrittenToByItsNumber() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    answerRunning();
    e2b.answer(TAKEN);
    answerLast(CLOSED);
    try (Process process = sandbox.processes().attach(ProcessRef.parse("e2b:isb1/7/sp-1"))) {
      process.stdin().write('x');
      process.stdin().close();
      process.waitFor();
    }
    e2b.take(LIST);
    e2b.take("POST /process.Process/Connect");
    takeInput("x");
    takeClose();
  }

  @Test
  void anEndlessAnswerIsGivenUpWhenTheProcessEnds() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerRunning();
    answerLast(
        new MockResponse.Builder()
            .onResponseStart(mockwebserver3.SocketEffect.Stall.INSTANCE)
            .build());
    sandbox.processes().exec(Command.of("deaf").stdin(Content.of("x"))).orThrow();
    e2b.take(START);
    takeInput("x");
  }

  private static MockResponse error(int status, String code, String message) {
    return ScriptedE2b.json(
        status, "{\"code\": \"%s\", \"message\": \"%s\"}".formatted(code, message));
  }

  /** Older daemons open one whatever is asked, and a command that reads it would wait for ever. */
  @Test
  void whereADaemonAlwaysOpensTheInputOurScriptEmptiesIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.2.9");
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
    assertThat(sandbox.exec("cat").exit().isSuccess()).isTrue();
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .containsExactly("-c", Scripts.START, "sh", "apart", "empty", "cat");
  }
}
