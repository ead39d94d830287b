package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.UnknownFieldSet;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus.Exited;
import dev.sandpiper.ExitStatus.Signaled;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.DataEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent.EndEvent;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that run: what is sent, and what of them arrives. */
@ParameterizedClass
@EnumSource(E2bCodec.class)
class ExecTest extends ExecInEachCodec {
  ExecTest(E2bCodec codec) {
    super(codec);
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString((user + ":").getBytes(UTF_8));
  }

  private SandboxException failureOf(Command command) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    return catchThrowableOfType(SandboxException.class, () -> sandbox.processes().exec(command));
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
}
