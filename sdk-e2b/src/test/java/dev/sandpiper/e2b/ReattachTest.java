package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Gaps;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.testing.Patience;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A stream that breaks is replaced, and what was missed is told. */
@Timeout(30)
@ParameterizedClass
@EnumSource(E2bCodec.class)
class ReattachTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String CONNECT = "POST /process.Process/Connect";

  ReattachTest(E2bCodec codec) {
    super(codec);
  }

  private E2bSandbox sandbox() throws Exception {
    return sandbox(Duration.ofSeconds(20));
  }

  private E2bSandbox sandbox(Duration reattachLimit) throws Exception {
    return e2b.sandbox(e2b.open(e2b.builder().reattachLimit(reattachLimit)), "0.6.13");
  }

  private void answerListWithOurs() {
    e2b.answerWith(() -> Frames.list(Frames.running(3, "other"), Frames.running(7, e2b.nonce())));
  }

  private static MockResponse goesOn() {
    return Frames.stream(
        Frames.start(7), Frames.stdout("behind"), Frames.exited(5), Frames.goodbye());
  }

  private ConnectRequest takeConnect() throws Exception {
    return ScriptedE2b.enveloped(e2b.take(CONNECT), ConnectRequest.getDefaultInstance());
  }

  @Test
  void aCutStreamGoesOnBehindAGapThatSaysWhereItBegins() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7), Frames.stdout("before"), Frames.stderr("err")));
    answerListWithOurs();
    e2b.answer(goesOn());
    List<ProcessEvent> events = new ArrayList<>();
    try (Process process = sandbox.processes().start(Command.of("make"))) {
      process.events().forEach(events::add);
      assertThat(process.waitFor()).isEqualTo(new Exited(5));
    }
    assertThat(events).hasSize(6);
    assertThat(events.subList(2, 4))
        .containsExactly(
            new OutputGap(
                Channel.STDOUT, OptionalLong.of(6), OptionalLong.empty(), Gaps.RECONNECTED),
            new OutputGap(
                Channel.STDERR, OptionalLong.of(3), OptionalLong.empty(), Gaps.RECONNECTED));
    assertThat(events.get(4)).hasToString("STDOUT[6 bytes]");
    assertThat(events.get(5)).isEqualTo(new Ended(new Exited(5)));
    assertThat(CapturedLog.lines()).anyMatch(line -> line.contains("reattached after losing"));
    e2b.take(START);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void execHasTheExitAndAnIncompleteOutput() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7), Frames.stdout("before")));
    answerListWithOurs();
    e2b.answer(goesOn());
    ExecResult result = sandbox.exec("make");
    assertThat(result.exit()).isEqualTo(new Exited(5));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stdout().text()).startsWith("before").endsWith("behind");
    e2b.take(START);
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void joinedErrorsHaveNoGapOfTheirOwn() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    answerListWithOurs();
    e2b.answer(goesOn());
    List<ProcessEvent> events = new ArrayList<>();
    try (Process process = sandbox.processes().start(Command.of("make").mergeErrors())) {
      process.events().forEach(events::add);
    }
    assertThat(events).filteredOn(OutputGap.class::isInstance).hasSize(1);
    e2b.take(START);
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void aSecondCutIsReplacedTooAndItsGapBeginsNowhere() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    answerListWithOurs();
    e2b.answer(Frames.cut(Frames.start(7), Frames.stdout("x")));
    answerListWithOurs();
    e2b.answer(goesOn());
    List<OptionalLong> begins = new ArrayList<>();
    try (Process process = sandbox.processes().start(Command.of("make").mergeErrors())) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof OutputGap gap) {
          begins.add(gap.from());
        }
      }
    }
    assertThat(begins).containsExactly(OptionalLong.of(0), OptionalLong.empty());
    e2b.take(START);
    for (int i = 0; i < 2; i++) {
      e2b.take(LIST);
      takeConnect();
    }
  }

  @Test
  void whatEndedMeanwhileTellsItsExitByItsTag() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(3), Frames.goodbye()));
    assertThat(sandbox.exec("make").exit()).isEqualTo(new Exited(3));
    e2b.take(START);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getTag()).isEqualTo(e2b.nonce());
  }

  /** The server's search by tag misses where others have tags. */
  @Test
  void whatEndedMeanwhileAndIsMissedByItsTagTellsItsExitByItsNumber() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(Frames.list(Frames.running(3, "other")));
    e2b.answer(Frames.stream(Frames.error("not_found", "process with tag not found")));
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(3), Frames.goodbye()));
    assertThat(sandbox.exec("make").exit()).isEqualTo(new Exited(3));
    e2b.take(START);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getTag()).isEqualTo(e2b.nonce());
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void whatEndedAndIsForgottenIsALostConnectionAndNoExit() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.error("not_found", "process with tag not found")));
    e2b.answer(Frames.stream(Frames.error("not_found", "process with pid not found")));
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.process()).isPresent())
        .hasMessageContaining("its exit status is no longer available");
    e2b.take(START);
    e2b.take(LIST);
    takeConnect();
    takeConnect();
  }

  @Test
  void aSandboxThatIsGoneIsNotAskedAgain() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(502, "{\"sandboxId\": \"isb1\"}");
    e2b.answer(404, "");
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the sandbox is gone");
    e2b.take(START);
    e2b.take(LIST);
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void aSandboxThatLetsNobodyInIsNotAskedAgain() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(401, "{\"code\": 401, \"message\": \"unauthorized\"}");
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("no longer accepts the access token");
    e2b.take(START);
    e2b.take(LIST);
  }

  @Test
  void passingTroubleIsOutlasted() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(new MockResponse.Builder().code(503).build());
    answerListWithOurs();
    e2b.answer(Frames.cut());
    answerListWithOurs();
    e2b.answer(goesOn());
    assertThat(sandbox.exec("make").exit()).isEqualTo(new Exited(5));
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
    takeConnect();
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void troubleThatDoesNotPassIsALostConnectionWithItsReasons() throws Exception {
    ManualTime time = new ManualTime();
    E2bSandbox sandbox =
        e2b.sandbox(
            e2b.open(e2b.builder().reattachLimit(Duration.ofMillis(150)).time(time)), "0.6.13");
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(new MockResponse.Builder().code(503).build());
    e2b.answer(new MockResponse.Builder().code(503).build());
    CompletableFuture<Void> passing =
        CompletableFuture.runAsync(() -> time.pass(Duration.ofMillis(100)));
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOf(ConnectionLostException.class)
        .satisfies(e -> assertThat(requireNonNull(e.getCause()).getSuppressed()).hasSize(2))
        .hasMessageContaining("reconnecting failed for");
    passing.get(10, TimeUnit.SECONDS);
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
  }

  @Test
  void silenceIsALostConnectionToo() throws Exception {
    E2bClient client =
        e2b.open(
            e2b.builder().reattachLimit(Duration.ofSeconds(20)).idleLimit(Duration.ofMillis(300)));
    E2bSandbox sandbox = e2b.sandbox(client, "0.6.13");
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7)));
    answerListWithOurs();
    e2b.answer(goesOn());
    assertThat(sandbox.exec("make").exit()).isEqualTo(new Exited(5));
    never.countDown();
    e2b.take(START);
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void closingFreesWhoWaitsForAnotherConnection() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    CountDownLatch asked = new CountDownLatch(1);
    e2b.answerWith(
        () -> {
          asked.countDown();
          return new MockResponse.Builder().code(503).build();
        });
    Process process = sandbox.processes().start(Command.of("make"));
    asked.await();
    process.detach();
    assertThat(process.onExit())
        .failsWithin(Duration.ofSeconds(5))
        .withThrowableThat()
        .withCauseInstanceOf(CancelledException.class);
    e2b.take(START);
    e2b.take(LIST);
  }

  @Test
  void anInterruptWhileReattachingStopsTheCommandAndKeepsItsFlag() throws Exception {
    E2bSandbox sandbox = sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    CountDownLatch asked = new CountDownLatch(1);
    e2b.answerWith(
        () -> {
          asked.countDown();
          return new MockResponse.Builder().code(503).build();
        });
    answerListWithOurs();
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        new Thread(
            () -> {
              try {
                sandbox.exec("make");
              } catch (CancelledException e) {
                flag.set(Thread.currentThread().isInterrupted());
              }
            });
    caller.start();
    asked.await();
    e2b.take(START);
    e2b.take(LIST);
    Patience.until("it rests", () -> caller.getState() == Thread.State.TIMED_WAITING);
    caller.interrupt();
    caller.join(10_000);
    assertThat(flag).isTrue();
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .startsWith("-c", ProcessTrees.STOP, "sh", "200");
  }

  @Test
  void aNegativeLimitIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2bClient.builder().reattachLimit(Duration.ofSeconds(-1)));
  }
}
