package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.ConnectRequest;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.testing.Patience;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A start whose outcome is not known: looked for by its nonce, and never sent again. */
@ParameterizedClass
@EnumSource(E2bCodec.class)
class StartRecoveryTest extends InEachCodec {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String CONNECT = "POST /process.Process/Connect";

  StartRecoveryTest(E2bCodec codec) {
    super(codec);
  }

  private ConnectRequest takeConnect() throws Exception {
    RecordedRequest request = e2b.take(CONNECT);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo(Frames.streamType());
    assertThat(request.getHeaders().get("Keepalive-Ping-Interval")).isEqualTo("20");
    assertThat(request.getHeaders().get("Connect-Timeout-Ms")).isNull();
    return ScriptedE2b.enveloped(request, ConnectRequest.getDefaultInstance());
  }

  private void answerListWithOurs() {
    e2b.answerWith(() -> Frames.list(Frames.running(3, "other"), Frames.running(7, e2b.nonce())));
  }

  private static MockResponse running() {
    return Frames.stream(
        Frames.start(7), Frames.stdout("later"), Frames.exited(5), Frames.goodbye());
  }

  static List<MockResponse> ambiguous() {
    MockResponse htmlPage =
        new MockResponse.Builder()
            .code(502)
            .addHeader("Content-Type", "text/html")
            .body("<html>Bad Gateway</html>")
            .build();
    MockResponse anotherType =
        new MockResponse.Builder()
            .addHeader("Content-Type", "text/html")
            .body("<html>hello</html>")
            .build();
    MockResponse notHttp =
        new MockResponse.Builder().status("HTTP/1.1 OK").setHeader("X", "y").build();
    return List.of(
        Frames.nothing(),
        Frames.cut(),
        Frames.cut(new byte[] {0, 0, 0}),
        Frames.stream(Frames.goodbye()),
        Frames.stream(Frames.stdout("no start"), Frames.exited(0), Frames.goodbye()),
        Frames.stream(Frames.keepAlive(), Frames.goodbye()),
        Frames.stream(new byte[] {0, 0, 0, 0, 1, -1}),
        Frames.stream(Frames.error("deadline_exceeded", "context deadline exceeded")),
        Frames.stream(Frames.error("unavailable", "going down")),
        Frames.stream(Frames.error("a_new_code", "what?")),
        Frames.stream(Frames.lastFrame("not json")),
        htmlPage,
        anotherType,
        notHttp);
  }

  @ParameterizedTest
  @MethodSource("ambiguous")
  void whatRunsAfterAllIsAdoptedByItsNumberWithAGapFirst(MockResponse answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(answer);
    answerListWithOurs();
    e2b.answer(running());
    try (Process process = sandbox.processes().start(Command.of("make"))) {
      assertThat(process.ref().toString()).isEqualTo("e2b:isb1/7/" + e2b.nonce());
      List<Object> events = new ArrayList<>();
      process.events().forEach(events::add);
      assertThat(process.waitFor()).isEqualTo(new Exited(5));
      assertThat(events).hasSize(4);
      assertThat(events.subList(0, 2)).allMatch(OutputGap.class::isInstance);
      assertThat(((Output) events.get(2)).text()).isEqualTo("later");
      assertThat(events.get(3)).isEqualTo(new Ended(new Exited(5)));
    }
    e2b.take(START);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void aResultWithAGapIsIncomplete() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    answerListWithOurs();
    e2b.answer(running());
    ExecResult result = sandbox.exec("make");
    assertThat(result.exit()).isEqualTo(new Exited(5));
    assertThat(result.stdout().isComplete()).isFalse();
    assertThat(result.stderr().isComplete()).isFalse();
    e2b.take(START);
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void theNonceInAVariableIsFoundToo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    e2b.answerWith(
        () -> {
          ProcessConfig config = e2b.firstStart().getProcess();
          return Frames.list(
              ProcessInfo.newBuilder().setPid(3).setTag("mine").build(),
              ProcessInfo.newBuilder().setPid(7).setTag("mine").setConfig(config).build());
        });
    e2b.answer(running());
    assertThat(sandbox.processes().exec(E2bCommand.tagged(Command.of("make"), "mine")).exit())
        .isEqualTo(new Exited(5));
    e2b.take(START);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getPid()).isEqualTo(7);
  }

  @Test
  void whatEndedMeanwhileTellsItsExitByItsTag() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.list());
    e2b.answer(Frames.list(Frames.running(3, "other")));
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(9), Frames.goodbye()));
    ExecResult result = sandbox.exec("make");

    assertThat(result.exit()).isEqualTo(new Exited(9));
    assertThat(result.stdout().isComplete()).isFalse();
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
    assertThat(takeConnect().getProcess().getTag()).isEqualTo(e2b.nonce());
  }

  @Test
  void whatShowsUpAtTheSecondLookIsAdopted() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.list());
    answerListWithOurs();
    e2b.answer(running());
    assertThat(sandbox.exec("make").exit()).isEqualTo(new Exited(5));
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
    takeConnect();
  }

  record Outcome(MockResponse answer, Class<? extends SandboxException> type) {}

  static List<Outcome> outcomes() {
    return List.of(
        new Outcome(Frames.nothing(), ConnectionLostException.class),
        new Outcome(
            Frames.stream(Frames.error("deadline_exceeded", "")), DeadlineExceededException.class),
        new Outcome(Frames.stream(Frames.goodbye()), WireFormatException.class),
        new Outcome(new MockResponse.Builder().code(500).build(), PlatformException.class));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void whatNobodyKnowsOfCannotBeKnown(Outcome outcome) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(outcome.answer());
    e2b.answer(Frames.list());
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.error("not_found", "process with tag not found")));
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isExactlyInstanceOf(outcome.type())
        .hasMessageContaining("it is unknown whether make ran")
        .hasMessageContaining("the sandbox has no record of it");
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
    takeConnect();
  }

  @Test
  void aSandboxThatIsGoneLeavesItUnknownAndIsSaidToBeGone() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    e2b.answer(502, "{\"sandboxId\": \"isb1\"}");
    e2b.answer(404, "");
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether make ran; the sandbox is no longer running");
    e2b.take(START);
    e2b.take(LIST);
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void aListThatIsGarbageLeavesItUnknown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    MockResponse garbage =
        new MockResponse.Builder()
            .addHeader("Content-Type", Frames.unaryType())
            .body(new Buffer().write("\u0007garbage".getBytes(UTF_8)))
            .build();
    e2b.answer(garbage);
    e2b.answer(garbage);
    assertThatThrownBy(() -> sandbox.exec("make"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether make ran; the sandbox could not be queried");
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(LIST);
  }

  @Test
  void anInterruptWhileStartingStopsWhatWasStartedAndKeepsItsFlag() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    answerListWithOurs();
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
    e2b.take(START);
    Patience.untilItReads(caller);
    caller.interrupt();
    caller.join(10_000);

    assertThat(flag).isTrue();
    e2b.take(LIST);
    e2b.take(LIST);
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .containsExactly("-c", ProcessTrees.STOP, "sh", "200", e2b.nonce() + "/7");
  }
}
