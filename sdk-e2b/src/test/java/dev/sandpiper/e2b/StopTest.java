package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalResponse;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How a command is stopped: a second process kills the tree of the first. */
@ParameterizedClass
@EnumSource(E2bCodec.class)
class StopTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String SIGNAL = "POST /process.Process/SendSignal";

  StopTest(E2bCodec codec) {
    super(codec);
  }

  /** Opens when the command that a test runs has been killed. */
  private final CountDownLatch killed = new CountDownLatch(1);

  private void answerStartWithARunningCommand() {
    e2b.answer(
        Frames.held(
            killed,
            Frames.joined(Frames.start(7), Frames.stdout("part")).readByteArray(),
            Frames.killedBy("terminated"),
            Frames.goodbye()));
  }

  private void answerListWithOurs() {
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
  }

  private void answerWithTheCommandKilled(MockResponse answer) {
    e2b.answerWith(
        () -> {
          killed.countDown();
          return answer;
        });
  }

  private static MockResponse exited(int code) {
    return Frames.stream(Frames.start(8), Frames.exited(code), Frames.goodbye());
  }

  private void takeStopScript() throws Exception {
    RecordedRequest request = e2b.take(START);
    assertThat(request.getHeaders().get("Authorization"))
        .isEqualTo("Basic " + Base64.getEncoder().encodeToString("root:".getBytes(UTF_8)));
    assertThat(request.getHeaders().get("Connect-Timeout-Ms")).isEqualTo("7000");
    StartRequest script = ScriptedE2b.startRequest(request);
    assertThat(script.getProcess().getCmd()).isEqualTo("/bin/sh");
    assertThat(script.getProcess().getArgsList())
        .containsExactly("-c", ProcessTrees.STOP, "sh", "200", e2b.nonce() + "/7");
    assertThat(script.getStdin()).isFalse();
  }

  private void takeSignal() throws Exception {
    RecordedRequest request = e2b.take(SIGNAL);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo(Frames.unaryType());
    SendSignalRequest message =
        ScriptedE2b.message(request, SendSignalRequest.getDefaultInstance());
    assertThat(message.getProcess().getPid()).isEqualTo(7);
    assertThat(message.getSignal()).isEqualTo(ProcessProto.Signal.SIGNAL_SIGKILL);
  }

  @Test
  void closingAStartedProcessKillsItsTreeAsRoot() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    answerWithTheCommandKilled(exited(0));
    Process process = sandbox.processes().start(Command.of("serve"));
    process.close();
    process.close();

    e2b.take(START);
    RecordedRequest list = e2b.take(LIST);
    assertThat(list.getHeaders().get("Content-Type")).isEqualTo(Frames.unaryType());
    assertThat(list.getHeaders().get("Keepalive-Ping-Interval")).isNull();
    takeStopScript();
    assertThat(process.waitFor()).isEqualTo(new Signaled(Signal.TERM));
  }

  @Test
  void aScriptThatCouldNotBeStartedIsStartedOnceMore() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    e2b.answer(Frames.stream(Frames.error("unavailable", "try again")));
    answerWithTheCommandKilled(exited(0));
    sandbox.processes().start(Command.of("serve")).close();

    e2b.take(START);
    e2b.take(LIST);
    takeStopScript();
    takeStopScript();
    assertThat(CapturedLog.lines())
        .noneMatch(line -> line.startsWith("WARN could not run the stop script"));
  }

  @Test
  void whereNoScriptCanRunTheDirectProcessIsKilled() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    e2b.answer(Frames.stream(Frames.error("unauthenticated", "invalid username: 'root'")));
    e2b.answer(Frames.stream(Frames.error("unauthenticated", "invalid username: 'root'")));
    answerListWithOurs();
    answerWithTheCommandKilled(Frames.unary(SendSignalResponse.getDefaultInstance()));
    sandbox.processes().start(Command.of("serve")).close();

    e2b.take(START);
    e2b.take(LIST);
    takeStopScript();
    takeStopScript();
    e2b.take(LIST);
    takeSignal();
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN could not run the stop script for e2b:isb1/7/"))
        .noneMatch(line -> line.contains("{}"));
  }

  @Test
  void whatSurvivesTheScriptIsKilledDirectly() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    e2b.answer(exited(1));
    answerListWithOurs();
    answerWithTheCommandKilled(Frames.unary(SendSignalResponse.getDefaultInstance()));
    sandbox.processes().start(Command.of("serve")).close();

    e2b.take(START);
    e2b.take(LIST);
    takeStopScript();
    e2b.take(LIST);
    takeSignal();
  }

  @Test
  void aProcessThatIsNotOursAnyMoreIsLeftAlone() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    e2b.answer(Frames.list(Frames.running(7, "sp-somebody-else")));
    answerWithTheCommandKilled(exited(0));
    sandbox.processes().start(Command.of("serve")).close();
    e2b.take(START);
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .endsWith("200", e2b.nonce() + "/");
  }

  @Test
  void closingAProcessThatEndedAsksNobody() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(exited(0));
    try (Process process = sandbox.processes().start(Command.of("true"))) {
      process.waitFor();
    }
    e2b.take(START);
  }

  @Test
  void detachLeavesTheProcessAlone() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    try (Process process = sandbox.processes().start(Command.of("serve"))) {
      assertThat(process.detach()).isEqualTo(process.ref());
    }
    killed.countDown();
    e2b.take(START);
  }

  @Test
  void theDeadlineStopsTheTreeAndKeepsWhatThereIs() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    answerWithTheCommandKilled(exited(0));
    Duration limit = Duration.ofMillis(300);
    DeadlineExceededException exceeded =
        catchThrowableOfType(
            DeadlineExceededException.class,
            () -> sandbox.processes().exec(Command.of("serve").timeout(limit)));

    assertThat(exceeded.limit()).isEqualTo(Limit.DEADLINE);
    assertThat(exceeded.limitDuration()).isEqualTo(limit);
    ExecResult partial = exceeded.partialResult().orElseThrow();
    assertThat(partial.stdout().text()).isEqualTo("part");
    assertThat(partial.exit()).isEqualTo(new Signaled(Signal.TERM));
    assertThat(e2b.take(START).getHeaders().get("Connect-Timeout-Ms")).isEqualTo("10300");
    e2b.take(LIST);
    takeStopScript();
  }

  @Test
  void aListenerThatThrowsStopsTheCommandAndIsHeard() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    answerWithTheCommandKilled(exited(0));
    assertThatThrownBy(
            () ->
                sandbox
                    .processes()
                    .exec(
                        Command.of("serve"),
                        output -> {
                          throw new IllegalStateException("enough");
                        }))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("enough");
    e2b.take(START);
    e2b.take(LIST);
    takeStopScript();
  }

  @Test
  void anInterruptStopsTheCommandAndKeepsItsFlag() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStartWithARunningCommand();
    answerListWithOurs();
    answerWithTheCommandKilled(exited(0));
    CountDownLatch running = new CountDownLatch(1);
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                sandbox.processes().exec(Command.of("serve"), output -> running.countDown());
              } catch (CancelledException e) {
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    running.await();
    Patience.untilItReads(caller);
    caller.interrupt();
    caller.join(10_000);

    assertThat(flag).isTrue();
    e2b.take(START);
    e2b.take(LIST);
    takeStopScript();
  }

  @Test
  void closingAnAttachedProcessLetsGo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.list(Frames.running(7, "sp-1")));
    e2b.answer(Frames.held(killed, Frames.start(7), Frames.exited(0)));
    sandbox.processes().attach(ProcessRef.parse("e2b:isb1/7/sp-1")).close();
    killed.countDown();
    e2b.take(LIST);
    e2b.take("POST /process.Process/Connect");
  }
}
