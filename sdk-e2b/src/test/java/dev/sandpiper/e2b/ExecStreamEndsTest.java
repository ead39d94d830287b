package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Streams of commands that end otherwise than they should. */
@ParameterizedClass
@EnumSource(E2bCodec.class)
class ExecStreamEndsTest extends ExecInEachCodec {
  ExecStreamEndsTest(E2bCodec codec) {
    super(codec);
  }

  @ParameterizedTest
  @CsvSource({
    "204,the sandbox still responds",
    "502,the sandbox is gone",
    "500,the sandbox responds with status 500"
  })
  void aLostStreamNamesTheProcessAndSaysWhatTheSandboxSays(int health, String says)
      throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(Frames.start(7), Frames.stdout("half")));
    e2b.answer(new MockResponse.Builder().code(health).build());
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOfSatisfying(
            ConnectionLostException.class,
            e ->
                assertThat(e.process().orElseThrow().toString())
                    .matches("e2b:isb1/7/sp-[0-9a-f]{32}"))
        .hasMessageContaining(says);
    e2b.take(START);
    RecordedRequest probe = e2b.take("GET /health");
    assertThat(probe.getHeaders().get("E2b-Sandbox-Id")).isEqualTo("isb1");
    assertThat(probe.getHeaders().get("X-API-KEY")).isNull();
  }

  @Test
  void aLostStreamSaysWhenNobodyAnswers() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(Frames.nothing());
    }
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the sandbox does not respond either");
    e2b.take(START);
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.take("GET /health");
    }
  }

  @Test
  void aProbeOnAConnectionThatDiedWithTheStreamAsksAgain() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.cut(Frames.start(7)));
    e2b.answer(Frames.nothing());
    e2b.answer(new MockResponse.Builder().code(502).build());
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("the sandbox is gone");
    e2b.take(START);
    e2b.take("GET /health");
    e2b.take("GET /health");
  }

  @Test
  void aStreamThatEndsWellWithoutTheProcesssEndIsNoEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.stream(Frames.start(7), Frames.stdout("x"), Frames.goodbye()));
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("without an end event");
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
  }

  static List<byte[]> malformed() {
    byte[] unknownFlags = Frames.stdout("x");
    unknownFlags[0] = 4;
    byte[] compressed = Frames.stdout("x");
    compressed[0] = 1;
    return List.of(
        Frames.start(8),
        unknownFlags,
        compressed,
        new byte[] {0, 0x7f, -1, -1, -1},
        new byte[] {0, -1, -1, -1, -1},
        new byte[] {0, 0, 0, 0, 2, -1, -1},
        Frames.lastFrame("[]"),
        Frames.lastFrame("garbage"),
        Frames.end(EndEvent.newBuilder()),
        Frames.end(EndEvent.newBuilder().setStatus("exit status 256").setExited(true)));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void whatBreaksTheFormatIsAnErrorAndStopsTheCommand(byte[] frame) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.stream(Frames.start(7), Frames.stdout("x"), frame, Frames.exited(0)));
    e2b.answer(Frames.list());
    e2b.answer(Frames.stream(Frames.start(8), Frames.exited(0), Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(WireFormatException.class);
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START); // its descendants may live although it does not
  }

  static List<MockResponse> badGoodbyes() {
    return List.of(
        Frames.cut(Frames.start(7), Frames.exited(4)),
        Frames.cut(Frames.start(7), Frames.exited(4), new byte[] {2, 0, 0}),
        Frames.cut(Frames.start(7), Frames.exited(4), Frames.goodbye()),
        Frames.stream(Frames.start(7), Frames.exited(4)),
        Frames.stream(Frames.start(7), Frames.exited(4), new byte[] {9, 9, 9, 9, 9, 9}),
        Frames.stream(Frames.start(7), Frames.exited(4), Frames.stdout("late"), Frames.goodbye()),
        Frames.stream(Frames.start(7), Frames.exited(4), Frames.error("internal", "late")),
        Frames.stream(Frames.start(7), Frames.exited(4), Frames.goodbye(), Frames.goodbye()));
  }

  @ParameterizedTest
  @MethodSource("badGoodbyes")
  void theProcesssEndStandsWhateverComesAfterIt(MockResponse answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(answer);
    assertThat(sandbox.exec("true").exit()).isEqualTo(new Exited(4));
    e2b.take(START);
    assertThat(CapturedLog.lines())
        .anyMatch(
            line -> line.startsWith("WARN e2b:isb1/7/") && line.contains("did not end properly"));
  }

  @Test
  void aGoodbyeThatNeverComesIsNotWaitedForForLong() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(
        Frames.held(
            never,
            Frames.joined(Frames.start(7), Frames.exited(4)).readByteArray(),
            Frames.goodbye()));
    ExecResult result = sandbox.exec("true");
    never.countDown();
    assertThat(result.exit()).isEqualTo(new Exited(4));
    assertThat(result.duration()).isLessThan(Duration.ofSeconds(5));
    e2b.take(START);
  }

  @Test
  void silenceAboveTheIdleLimitIsToldAsThat() throws Exception {
    E2bSandbox sandbox =
        e2b.sandbox(e2b.open(e2b.builder().idleLimit(Duration.ofMillis(200))), "0.6.13");
    CountDownLatch never = new CountDownLatch(1);
    e2b.answer(Frames.held(never, Frames.start(7), Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.exec("true")).hasMessageContaining("idleLimit");
    never.countDown();
    e2b.take(START);
  }

  @Test
  void aStartWhoseAnswerIsLateIsAdopted() throws Exception {
    E2bSandbox sandbox =
        e2b.sandbox(e2b.open(e2b.builder().responseLimit(Duration.ofMillis(200))), "0.6.13");
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    e2b.answerWith(() -> Frames.list(Frames.running(7, e2b.nonce())));
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
    ExecResult result = sandbox.exec("true");

    assertThat(result.exit()).isEqualTo(new Exited(0));
    assertThat(result.stdout().isComplete()).isFalse();
    e2b.take(START);
    e2b.take(LIST);
    e2b.take("POST /process.Process/Connect");
  }
}
