package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Command;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.process.Scripts;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.wire.ConnectEnvelope;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said in which codec, and the one way from binary to JSON. */
class CodecChoiceTest {
  private static final String START = "POST /process.Process/Start";
  private static final String LIST = "POST /process.Process/List";
  private static final String STAT = "POST /filesystem.Filesystem/Stat";
  private static final String BINARY_STREAM = "application/connect+proto";
  private static final String JSON_STREAM = "application/connect+json";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private E2bSandbox jsonSandbox() throws Exception {
    return e2b.sandbox(e2b.open(e2b.builder().codec(E2bCodec.JSON)), "0.6.13");
  }

  private static MockResponse refusal() {
    return new MockResponse.Builder()
        .code(415)
        .addHeader("Accept-Post", "application/json, application/connect+json")
        .build();
  }

  /** A stream of these messages that ends well. */
  private static MockResponse stream(String... messages) {
    byte[][] frames = new byte[messages.length + 1][];
    for (int i = 0; i < messages.length; i++) {
      frames[i] = frame(messages[i]);
    }
    frames[messages.length] = Frames.goodbye();
    return stream(JSON_STREAM, frames);
  }

  private static MockResponse stream(String contentType, byte[]... frames) {
    return new MockResponse.Builder()
        .addHeader("Content-Type", contentType)
        .chunkedBody(Frames.joined(frames), 1024)
        .build();
  }

  private static byte[] frame(String json) {
    return ConnectEnvelope.of(json.getBytes(UTF_8));
  }

  private static MockResponse runThrough() {
    return stream(
        "{\"event\":{\"start\":{\"pid\":7}}}",
        "{\"event\":{\"data\":{\"stdout\":\"aGkK\"}}}",
        "{\"event\":{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}}");
  }

  private void takeOfType(String methodAndTarget, String contentType) throws Exception {
    assertThat(e2b.take(methodAndTarget).getHeaders().values("Content-Type"))
        .containsExactly(contentType);
  }

  private static List<String> switches() {
    return CapturedLog.lines().stream()
        .filter(
            line ->
                line.startsWith("WARN")
                    && line.contains("does not accept proto, switching to json"))
        .toList();
  }

  @Test
  void aStartIsExactlyThisJson() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(runThrough());
    sandbox.processes().exec(Command.of("echo", "\"hi\" é").environment("A", "1").directory("/d"));
    RecordedRequest request = e2b.take(START);
    assertThat(request.getHeaders().values("Content-Type")).containsExactly(JSON_STREAM);
    String script = Scripts.START.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    String body = Frames.message(ScriptedE2b.body(request)).utf8();
    assertThat(body.replaceAll("sp-[0-9a-f]{32}", "sp-1"))
        .isEqualTo(
            "{\"process\":{\"cmd\":\"/bin/sh\",\"args\":[\"-c\",\""
                + script
                + "\",\"sh\",\"apart\",\"given\",\"echo\",\"\\\"hi\\\" é\"],\"envs\":{\"A\":\"1\","
                + "\"SANDPIPER_PROCESS\":\"sp-1\"},\"cwd\":\"/d\"},\"tag\":\"sp-1\",\"stdin\":false}");
  }

  @Test
  void listAndConnectAreExactlyThisJson() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(200, "{\"processes\":[{\"config\":{\"cmd\":\"x\"},\"pid\":7,\"tag\":\"sp-1\"}]}");
    e2b.answer(runThrough());
    try (var process = sandbox.processes().attach(ProcessRef.parse("e2b:isb1/7/sp-1"))) {
      assertThat(process.waitFor().isSuccess()).isTrue();
    }
    RecordedRequest list = e2b.take(LIST);
    assertThat(list.getHeaders().values("Content-Type")).containsExactly("application/json");
    assertThat(ScriptedE2b.body(list).utf8()).isEqualTo("{}");
    RecordedRequest connect = e2b.take("POST /process.Process/Connect");
    assertThat(connect.getHeaders().values("Content-Type")).containsExactly(JSON_STREAM);
    assertThat(ScriptedE2b.body(connect).hex())
        .isEqualTo("0000000015" + okio.ByteString.encodeUtf8("{\"process\":{\"pid\":7}}").hex());
  }

  @Test
  void statIsExactlyThisJson() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(200, "{\"entry\":{\"name\":\"b\",\"size\":\"1\",\"news\":[]}}");
    assertThat(sandbox.files().exists("/a b/ü")).isTrue();
    RecordedRequest stat = e2b.take(STAT);
    assertThat(stat.getHeaders().values("Content-Type")).containsExactly("application/json");
    assertThat(ScriptedE2b.body(stat).utf8()).isEqualTo("{\"path\":\"/a b/ü\"}");
  }

  @Test
  void aSignalIsExactlyThisJson() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    CountDownLatch never = new CountDownLatch(1);
    String list = "{\"processes\":[{\"pid\":7,\"tag\":\"%s\"}]}";
    MockResponse running =
        Frames.held(
            never,
            frame("{\"event\":{\"start\":{\"pid\":7}}}"),
            frame("{\"event\":{\"end\":{\"exitCode\":-1,\"status\":\"signal: killed\"}}}"),
            Frames.goodbye());
    e2b.answer(running.newBuilder().setHeader("Content-Type", JSON_STREAM).build());
    e2b.answerWith(() -> ScriptedE2b.json(200, list.formatted(e2b.nonce())));
    e2b.answer(stream(JSON_STREAM, Frames.error("unauthenticated", "no root")));
    e2b.answer(stream(JSON_STREAM, Frames.error("unauthenticated", "no root")));
    e2b.answerWith(() -> ScriptedE2b.json(200, list.formatted(e2b.nonce())));
    e2b.answerWith(
        () -> {
          never.countDown();
          return ScriptedE2b.json(200, "{}");
        });
    sandbox.processes().start(Command.of("serve")).close();
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START);
    e2b.take(START); // the script that could not be started, once more
    e2b.take(LIST);
    RecordedRequest signal = e2b.take("POST /process.Process/SendSignal");
    assertThat(signal.getHeaders().values("Content-Type")).containsExactly("application/json");
    assertThat(ScriptedE2b.body(signal).utf8())
        .isEqualTo("{\"process\":{\"pid\":7},\"signal\":\"SIGNAL_SIGKILL\"}");
  }

  @Test
  void aStreamThatIsRefusedInBinaryIsAskedForInJsonAndSoIsEverythingAfterIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(refusal());
    e2b.answer(runThrough());
    e2b.answer(runThrough());
    e2b.answer(200, "{}");
    assertThat(sandbox.exec("true").stdout().text()).isEqualTo("hi\n");
    sandbox.exec("true");
    assertThat(sandbox.files().exists("/a")).isTrue();

    RecordedRequest refused = e2b.take(START);
    RecordedRequest repeated = e2b.take(START);
    assertThat(refused.getHeaders().get("Content-Type")).isEqualTo(BINARY_STREAM);
    assertThat(repeated.getHeaders().get("Content-Type")).isEqualTo(JSON_STREAM);
    assertThat(ScriptedE2b.startRequest(repeated)).isEqualTo(ScriptedE2b.startRequest(refused));
    takeOfType(START, JSON_STREAM);
    takeOfType(STAT, "application/json");
    assertThat(switches()).hasSize(1);
  }

  @Test
  void aUnaryCallThatIsRefusedInBinaryIsRepeatedInJsonAndSoIsEverythingAfterIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(refusal());
    e2b.answer(404, "{\"code\": \"not_found\", \"message\": \"file not found\"}");
    e2b.answer(runThrough());
    assertThat(sandbox.files().exists("/a")).isFalse();
    sandbox.exec("true");
    takeOfType(STAT, "application/proto");
    takeOfType(STAT, "application/json");
    takeOfType(START, JSON_STREAM);
    assertThat(switches()).hasSize(1);
  }

  @Test
  void twoRequestsThatAreRefusedAtOnceSwitchOnce() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    CountDownLatch both = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      e2b.answerWith(
          () -> {
            both.countDown();
            await(both);
            return refusal();
          });
    }
    e2b.answer(200, "{}");
    e2b.answer(200, "{}");
    Thread other = new Thread(() -> sandbox.files().exists("/a"));
    other.start();
    assertThat(sandbox.files().exists("/a")).isTrue();
    other.join(10_000);
    takeOfType(STAT, "application/proto");
    takeOfType(STAT, "application/proto");
    takeOfType(STAT, "application/json");
    takeOfType(STAT, "application/json");
    assertThat(switches()).hasSize(1);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whatIsRefusedInJsonTooIsAnErrorAndNotAskedForAgainInBinary() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(refusal());
    e2b.answer(refusal());
    e2b.answer(refusal());
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> sandbox.exec("true"))
          .isExactlyInstanceOf(PlatformException.class)
          .hasMessageContaining("415");
    }
    takeOfType(START, BINARY_STREAM);
    takeOfType(START, JSON_STREAM);
    takeOfType(START, JSON_STREAM);
    assertThat(switches()).hasSize(1);
  }

  @Test
  void jsonThatIsRefusedStaysJson() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(refusal());
    assertThatThrownBy(() -> sandbox.files().exists("/a")).isInstanceOf(PlatformException.class);
    takeOfType(STAT, "application/json");
    assertThat(switches()).isEmpty();
  }

  @Test
  void anotherSandboxIsAskedInBinaryAgain() throws Exception {
    for (int i = 0; i < 2; i++) {
      E2bSandbox sandbox = e2b.sandbox();
      e2b.answer(refusal());
      e2b.answer(200, "{}");
      sandbox.files().exists("/a");
      takeOfType(STAT, "application/proto");
      takeOfType(STAT, "application/json");
    }
    assertThat(switches()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "BINARY,application/json",
    "BINARY,application/connect+proto",
    "JSON,application/proto",
    "JSON,application/connect+json",
    "JSON,text/html",
    "JSON,''"
  })
  void aUnaryAnswerInAnotherCodecIsNotRead(E2bCodec codec, String contentType) throws Exception {
    E2bSandbox sandbox = e2b.sandbox(e2b.open(e2b.builder().codec(codec)), "0.6.13");
    MockResponse.Builder answer = new MockResponse.Builder().body("{}");
    if (!contentType.isEmpty()) {
      answer.addHeader("Content-Type", contentType);
    }
    e2b.answer(answer.build());
    assertThatThrownBy(() -> sandbox.files().exists("/a"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("expected a response of type");
    e2b.take(STAT);
  }

  @ParameterizedTest
  @CsvSource({"BINARY,application/connect+json", "JSON,application/connect+proto"})
  void aStreamInAnotherCodecIsNotRead(E2bCodec codec, String contentType) throws Exception {
    E2bSandbox sandbox = e2b.sandbox(e2b.open(e2b.builder().codec(codec)), "0.6.13");
    e2b.answer(codec == E2bCodec.JSON ? ScriptedE2b.json(200, "{}") : Frames.list());
    e2b.answer(stream(contentType, Frames.goodbye()));
    assertThatThrownBy(() -> sandbox.processes().attach(ProcessRef.parse("e2b:isb1/7/sp-1")))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("expected a response of type");
    e2b.take(LIST);
    e2b.take("POST /process.Process/Connect");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-8", "Application/JSON"})
  void parametersAndCapitalsOfATypeMeanNothing(String contentType) throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(
        new MockResponse.Builder().addHeader("Content-Type", contentType).body("{}").build());
    assertThat(sandbox.files().exists("/a")).isTrue();
    e2b.take(STAT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "garbage", "{\"entry\": 7}", "{\"entry\":{\"size\":1e99}}"})
  void aUnaryAnswerThatDoesNotFitIsAnErrorOfTheFormat(String body) throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(200, body);
    e2b.answer(200, body);
    assertThatThrownBy(() -> sandbox.files().exists("/a")).isInstanceOf(WireFormatException.class);
    e2b.take(STAT);
    e2b.take(STAT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"event\":{\"data\":{\"stdout\":\"!\"}}}",
        "{\"event\":{\"data\":{\"stdout\":7}}}",
        "{\"event\":{\"end\":{\"exited\":\"yes\",\"status\":\"exit status 0\"}}}",
        "{\"event\":[]}",
        "{\"event\":",
        ""
      })
  void anEventThatDoesNotFitIsAnErrorOfTheFormatAndStopsTheCommand(String event) throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    e2b.answer(stream("{\"event\":{\"start\":{\"pid\":7}}}", event));
    e2b.answer(200, "{}");
    e2b.answer(
        stream(
            "{\"event\":{\"start\":{\"pid\":8}}}",
            "{\"event\":{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}}"));
    assertThatThrownBy(() -> sandbox.exec("true")).isInstanceOf(WireFormatException.class);
    e2b.take(START);
    e2b.take(LIST);
    e2b.take(START); // its descendants may live although it does not
  }

  @Test
  void outputOfManyMegabytesInOneEventIsReadWhole() throws Exception {
    E2bSandbox sandbox = jsonSandbox();
    byte[] bytes = new byte[3 << 20];
    new java.util.Random(1).nextBytes(bytes);
    e2b.answer(
        stream(
            "{\"event\":{\"start\":{\"pid\":7}}}",
            "{\"event\":{\"data\":{\"stdout\":\""
                + Base64.getEncoder().encodeToString(bytes)
                + "\"}}}",
            "{\"event\":{\"end\":{\"exited\":true,\"status\":\"exit status 0\"}}}"));
    assertThat(sandbox.exec("true").stdout().bytes()).isEqualTo(bytes);
    e2b.take(START);
  }
}
