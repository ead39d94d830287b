package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.UnknownFieldSet;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Command;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxUnreachableException;
import dev.sandpiper.Signal;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.testing.CapturedLog;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(E2bCodec.class)
class ExecTest {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";

  @RegisterExtension final ScriptedE2b e2b;

  ExecTest(E2bCodec codec) {
    e2b = new ScriptedE2b(codec);
  }

  @BeforeParameterizedClassInvocation
  static void speak(E2bCodec codec) {
    Frames.speak(codec);
  }

  @AfterParameterizedClassInvocation
  static void speakBinaryAgain() {
    Frames.speak(E2bCodec.BINARY);
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":").getBytes(UTF_8));
  }

  private ExecResult exec(Command command) throws Exception {
    return e2b.sandbox().processes().exec(command);
  }

  private SandboxException failureOf(Command command) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    return catchThrowableOfType(SandboxException.class, () -> sandbox.processes().exec(command));
  }

  private void answerTrue() {
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
  }

  @Test
  void theStartSaysExactlyWhatIsDocumented() throws Exception {
    answerTrue();
    exec(Command.of("printf", "%s", "a b", "", "$(id)\n").environment("A", "1"));

    RecordedRequest request = e2b.take(START);
    Headers headers = request.getHeaders();
    assertThat(headers.get("Content-Type")).isEqualTo(Frames.streamType());
    assertThat(headers.get("Connect-Protocol-Version")).isEqualTo("1");
    assertThat(headers.get("Keepalive-Ping-Interval")).isEqualTo("20");
    assertThat(headers.get("E2b-Sandbox-Id")).isEqualTo("isb1");
    assertThat(headers.get("E2b-Sandbox-Port")).isEqualTo("49983");
    assertThat(headers.get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(headers.values("Accept-Encoding")).containsExactly("identity");
    assertThat(headers.get("User-Agent")).isEqualTo(E2bClient.builder().userAgent().text());
    assertThat(headers.names())
        .doesNotContain(
            "X-API-KEY",
            "Authorization",
            "Connect-Timeout-Ms",
            "Connect-Accept-Encoding",
            "Connect-Content-Encoding",
            "lang");
    StartRequest message = ScriptedE2b.startRequest(request);
    assertThat(message)
        .isEqualTo(
            StartRequest.newBuilder()
                .setProcess(
                    ProcessConfig.newBuilder()
                        .setCmd("/bin/sh")
                        .addAllArgs(List.of("-c", Scripts.START, "sh", "apart", "given"))
                        .addAllArgs(List.of("printf", "%s", "a b", "", "$(id)\n"))
                        .putEnvs("A", "1")
                        .putEnvs("SANDPIPER_PROCESS", e2b.nonce()))
                .setTag(e2b.nonce())
                .setStdin(false)
                .build());
    assertThat(e2b.nonce()).matches("sp-[0-9a-f]{32}");
  }

  @Test
  void optionsOfTheCommandTravel() throws Exception {
    answerTrue();
    exec(
        Command.shell("make")
            .directory("/srv")
            .user("root")
            .mergeErrors()
            .timeout(Duration.ofMillis(1500)));

    RecordedRequest request = e2b.take(START);
    assertThat(request.getHeaders().get("Authorization")).isEqualTo(basic("root"));
    assertThat(request.getHeaders().get("Connect-Timeout-Ms")).isEqualTo("11500");
    ProcessConfig process = ScriptedE2b.startRequest(request).getProcess();
    assertThat(process.getCwd()).isEqualTo("/srv");
    assertThat(process.getArgsList())
        .containsExactly("-c", Scripts.START, "sh", "merge", "given", "/bin/sh", "-c", "make");
  }

  @ParameterizedTest
  @ValueSource(longs = {9_999_999L, 86_400_000L, 9_000_000_000_000_000L})
  void aTimeThatTheHeaderCannotHoldIsNoLimitInTheSandbox(long seconds) throws Exception {
    answerTrue();
    exec(Command.of("true").timeout(Duration.ofSeconds(seconds)));
    assertThat(e2b.take(START).getHeaders().get("Connect-Timeout-Ms")).isNull();
  }

  @Test
  void anOldDaemonIsToldTheUser() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.3.9");
    answerTrue();
    answerTrue();
    sandbox.processes().exec(Command.of("true"));
    sandbox.processes().exec(Command.of("true").user("root"));
    assertThat(e2b.take(START).getHeaders().get("Authorization")).isEqualTo(basic("user"));
    assertThat(e2b.take(START).getHeaders().get("Authorization")).isEqualTo(basic("root"));
  }

  @Test
  void aUserWithAColonWouldBeAnotherUser() throws Exception {
    assertThat(failureOf(Command.of("true").user("root:x")))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void theNonceIsInAVariableToo() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerTrue();
    sandbox.processes().exec(E2bCommand.tagged(Command.of("true").environment("A", "1"), "mine"));

    StartRequest message = ScriptedE2b.startRequest(e2b.take(START));
    assertThat(message.getTag()).isEqualTo("mine");
    assertThat(message.getProcess().getEnvsMap()).containsOnlyKeys("A", "SANDPIPER_PROCESS");
    assertThat(message.getProcess().getEnvsOrThrow("SANDPIPER_PROCESS")).matches("sp-[0-9a-f]{32}");
  }

  @Test
  void outputsArriveByteForByteAndKeepAlivesDoNot() throws Exception {
    e2b.answer(
        Frames.stream(
            Frames.start(7),
            Frames.keepAlive(),
            Frames.stdout("one\n"),
            Frames.stderr("two"),
            Frames.keepAlive(),
            Frames.stdout("\0\n\nthree"),
            Frames.exited(3),
            Frames.goodbye()));
    ExecResult result = exec(Command.of("x"));

    assertThat(result.stdout().bytes()).isEqualTo("one\n\0\n\nthree".getBytes(UTF_8));
    assertThat(result.stderr().text()).isEqualTo("two");
    assertThat(result.exit()).isEqualTo(new Exited(3));
    e2b.take(START);
  }

  @Test
  void whatIsUnknownIsIgnored() throws Exception {
    UnknownFieldSet news =
        UnknownFieldSet.newBuilder()
            .addField(15, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    e2b.answer(
        Frames.stream(
            Frames.start(7),
            Frames.event(ProcessEvent.newBuilder().setUnknownFields(news)),
            Frames.data(DataEvent.newBuilder().setUnknownFields(news)),
            Frames.data(DataEvent.newBuilder()),
            Frames.message(StartResponse.getDefaultInstance()),
            Frames.stdout("ok"),
            Frames.end(
                EndEvent.newBuilder()
                    .setStatus("exit status 0")
                    .setExited(true)
                    .setUnknownFields(news)),
            Frames.lastFrame("{\"metadata\": {\"x\": [\"y\"]}, \"news\": 1}")));
    ExecResult result = exec(Command.of("x"));
    assertThat(result.stdout().text()).isEqualTo("ok");
    assertThat(result.exit().isSuccess()).isTrue();
    e2b.take(START);
  }

  @Test
  void aSignalIsASignal() throws Exception {
    e2b.answer(
        Frames.stream(Frames.start(7), Frames.killedBy("segmentation fault"), Frames.goodbye()));
    assertThat(exec(Command.of("x")).exit()).isEqualTo(new Signaled(Signal.SEGV));
    e2b.take(START);
  }

  /** Answers to a start after which it is certain that nothing runs. */
  static List<Refusal> refusals() {
    return List.of(
        new Refusal(
            "the edge: no sandbox",
            json(502, "{\"sandboxId\": \"isb1\", \"message\": \"not found\", \"code\": 502}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge, spelled otherwise",
            json(502, "{\"sandboxID\": \"isb1\", \"message\": \"not found\", \"code\": 502}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge: no daemon",
            json(502, "{\"sandboxId\": \"isb1\", \"message\": \"closed\", \"port\": 49983}"),
            SandboxUnreachableException.class,
            "cannot be reached"),
        new Refusal(
            "the edge in words: no daemon",
            json(502, "{\"code\": 502, \"message\": \"The sandbox port is not open\"}"),
            SandboxUnreachableException.class,
            "cannot be reached"),
        new Refusal(
            "the edge in words: no sandbox",
            json(502, "{\"code\": 502, \"message\": \"The sandbox was not found\"}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge: too many connections",
            json(429, "{\"sandboxId\": \"isb1\", \"message\": \"many\", \"connectionLimit\": 9}"),
            RateLimitedException.class,
            "many"),
        new Refusal(
            "no token",
            json(401, "{\"message\": \"invalid access token\", \"code\": 401}"),
            AuthenticationException.class,
            "invalid access token"),
        new Refusal(
            "an unknown user",
            Frames.stream(Frames.error("unauthenticated", "invalid username: 'nobody'")),
            InvalidRequestException.class,
            "invalid username: 'nobody'"),
        new Refusal(
            "no directory",
            Frames.stream(Frames.error("invalid_argument", "cwd '/none' does not exist")),
            InvalidRequestException.class,
            "cwd '/none' does not exist"),
        new Refusal(
            "an unknown method",
            new MockResponse.Builder()
                .code(404)
                .addHeader("Content-Type", "text/plain; charset=utf-8")
                .body("404 page not found\n")
                .build(),
            NotFoundException.class,
            "404 page not found"),
        new Refusal(
            "a redirect",
            new MockResponse.Builder().code(302).addHeader("Location: http://x.test/").build(),
            PlatformException.class,
            "redirect"));
  }

  record Refusal(
      String name, MockResponse answer, Class<? extends SandboxException> type, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static MockResponse json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Content-Type", "application/json; charset=utf-8")
        .body(body)
        .build();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalIsToldAndNothingIsLookedFor(Refusal refusal) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    boolean isNotRunning = refusal.type() == SandboxNotRunningException.class;
    e2b.answer(refusal.answer());
    if (isNotRunning) {
      e2b.answer(404, "");
    }
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isExactlyInstanceOf(refusal.type())
        .hasMessageContaining(refusal.says());
    e2b.take(START);
    if (isNotRunning) {
      e2b.take("GET /sandboxes/isb1");
    }
  }

  @Test
  void aStartThatFailedIsToldWithoutTheCommandThatTheServerRepeats() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    String command = "/bin/sh -c 'run --password secret': " + "x".repeat(131_200);
    e2b.answer(
        Frames.stream(
            Frames.error(
                "invalid_argument",
                "error starting process '"
                    + command
                    + "': fork/exec /bin/sh: argument list too long")));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("argument list too long")
        .hasMessageNotContaining("secret")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    e2b.take(START);
  }

  @Test
  void anyOtherMessageIsBounded() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.stream(Frames.error("invalid_argument", "x".repeat(131_200))));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(InvalidRequestException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    e2b.take(START);
  }

  @Test
  void anErrorAtTheEndOfARunningStreamIsThatError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.stream(
            Frames.start(7), Frames.stdout("x"), Frames.error("unavailable", "going down")));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("going down")
        .hasMessageContaining("unavailable");
    e2b.take(START);
  }

  @ParameterizedTest
  @CsvSource({
    "204,the sandbox still answers",
    "502,the sandbox is gone",
    "500,the sandbox answers with status 500"
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
        .hasMessageContaining("the sandbox does not answer either");
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
        .hasMessageContaining("without the end of the process");
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
        .anyMatch(line -> line.startsWith("WARN e2b:isb1/7/") && line.contains("ended badly"));
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
  void aRefusedConnectionIsTriedAgainAndNothingIsLookedFor() throws Exception {
    int closed;
    try (var socket = new java.net.ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    E2bClient client = e2b.open(e2b.builder().sandboxUrl("http://127.0.0.1:" + closed));
    E2bSandbox sandbox = e2b.sandbox(client, "0.6.13");
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isTrue());

    assertThat(CapturedLog.lines())
        .filteredOn(line -> line.startsWith("DEBUG start POST"))
        .hasSize(3);
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("Process/List"));
  }

  @Test
  void whereCommandsStartIsAskedOnceAndThenKnown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.stream(
            Frames.start(7),
            Frames.stdout("/home/us"),
            Frames.stdout("er\0/home/user\0"),
            Frames.exited(0),
            Frames.goodbye()));
    answerTrue();
    assertThat(sandbox.homeDirectory()).isEqualTo("/home/user");
    sandbox.processes().exec(Command.of("true").directory("app"));
    assertThat(sandbox.workingDirectory()).isEqualTo("/home/user");

    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getArgsList())
        .endsWith("/bin/sh", "-c", "printf '%s\\0' \"$(pwd)\" \"$HOME\"");
    assertThat(ScriptedE2b.startRequest(e2b.take(START)).getProcess().getCwd())
        .isEqualTo("/home/user/app");
  }

  @Test
  void aShellThatDoesNotSayWhereItIsIsAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.stream(Frames.start(7), Frames.stdout("gone"), Frames.exited(1), Frames.goodbye()));
    assertThatThrownBy(sandbox::workingDirectory).isInstanceOf(PlatformException.class);
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
