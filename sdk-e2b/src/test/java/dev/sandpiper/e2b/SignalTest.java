package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Gaps;
import dev.sandpiper.e2b.proto.ProcessProto;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalRequest;
import dev.sandpiper.e2b.proto.ProcessProto.SendSignalResponse;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.testing.CapturedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
@ParameterizedClass
@EnumSource(E2bCodec.class)
class SignalTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String SIGNAL = "POST /process.Process/SendSignal";

  private final CountDownLatch end = new CountDownLatch(1);

  SignalTest(E2bCodec codec) {
    super(codec);
  }

  private Process started(E2bSandbox sandbox) {
    e2b.answer(
        Frames.held(
            end, Frames.start(7), Frames.stdout("last"), Frames.exited(0), Frames.goodbye()));
    return sandbox.processes().start(Command.of("make"));
  }

  private void answerListWithOurs() {
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
  }

  private static MockResponse refused() {
    return Frames.stream(Frames.error("unauthenticated", "invalid username: 'root'"));
  }

  private List<ProcessEvent> rest(Process process) {
    end.countDown();
    List<ProcessEvent> events = new ArrayList<>();
    process.events().forEach(events::add);
    return events;
  }

  @ParameterizedTest
  @CsvSource({"1,HUP", "2,INT", "9,KILL", "10,USR1", "15,TERM", "18,CONT", "28,WINCH", "40,40"})
  void aSignalIsSentByAKillInside(int number, String argument) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    try (Process process = started(sandbox)) {
      answerListWithOurs();
      e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
      assertThat(process.signal(new Signal(number))).isTrue();
      assertThat(rest(process)).noneMatch(OutputGap.class::isInstance);
    }
    e2b.take(START);
    e2b.take(LIST);
    var kill = e2b.take(START);
    assertThat(ScriptedE2b.startRequest(kill).getProcess().getArgsList())
        .containsExactly("-c", ProcessTrees.SIGNAL, "sh", "7", argument);
    assertThat(kill.getHeaders().get("Authorization")).isEqualTo("Basic cm9vdDo=");
  }

  @Test
  void aNumberThatWasUsedAgainIsNotSignalled() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    try (Process process = started(sandbox)) {
      e2b.answer(Frames.list(Frames.running(7, "sp-0ther")));
      assertThat(process.signal(Signal.TERM)).isFalse();
      rest(process);
    }
    e2b.take(START);
    e2b.take(LIST);
  }

  @ParameterizedTest
  @CsvSource({"9,SIGNAL_SIGKILL", "15,SIGNAL_SIGTERM"})
  void whereNoKillCanBeRunThePlatformsOwnCallIsAnnounced(int number, String name) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    List<ProcessEvent> events;
    try (Process process = started(sandbox)) {
      answerListWithOurs();
      e2b.answer(refused());
      answerListWithOurs();
      e2b.answer(Frames.unary(SendSignalResponse.getDefaultInstance()));
      assertThat(process.signal(new Signal(number))).isTrue();
      events = rest(process);
    }
    assertThat(events.subList(events.size() - 3, events.size()))
        .containsExactly(
            new OutputGap(
                Channel.STDOUT, OptionalLong.of(4), OptionalLong.empty(), Gaps.FINAL_OUTPUT),
            new OutputGap(
                Channel.STDERR, OptionalLong.of(0), OptionalLong.empty(), Gaps.FINAL_OUTPUT),
            new Ended(new Exited(0)));
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.contains("could not run the signal script"));
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(LIST);
    SendSignalRequest request =
        ScriptedE2b.message(e2b.take(SIGNAL), SendSignalRequest.getDefaultInstance());
    assertThat(request.getSignal()).isEqualTo(ProcessProto.Signal.valueOf(name));
  }

  @Test
  void anotherSignalHasNoSuchFallback() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    try (Process process = started(sandbox)) {
      answerListWithOurs();
      e2b.answer(refused());
      answerListWithOurs();
      assertThatThrownBy(() -> process.signal(Signal.USR1))
          .isInstanceOf(InvalidRequestException.class);
      assertThat(rest(process)).noneMatch(OutputGap.class::isInstance);
    }
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(LIST);
  }

  @Test
  void aKillThatFailsBecauseTheProcessIsOverIsTooLate() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    try (Process process = started(sandbox)) {
      answerListWithOurs();
      e2b.answer(Frames.stream(Frames.start(8), Frames.exited(1), Frames.goodbye()));
      e2b.answer(Frames.list());
      assertThat(process.signal(Signal.USR1)).isFalse();
      rest(process);
    }
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(LIST);
  }

  @Test
  void aKillThatFailsOtherwiseIsAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    try (Process process = started(sandbox)) {
      answerListWithOurs();
      e2b.answer(Frames.stream(Frames.start(8), Frames.exited(1), Frames.goodbye()));
      answerListWithOurs();
      assertThatThrownBy(() -> process.signal(Signal.USR1))
          .isInstanceOf(PlatformException.class)
          .hasMessageContaining("the signal could not be sent");
      rest(process);
    }
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(LIST);
  }
}
