package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.FileMessages.ONE_FILE;
import static dev.sandpiper.e2b.FileTransfers.assertEnvdHeaders;
import static dev.sandpiper.e2b.FileTransfers.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of a sandbox: whether they are there, and what the answers of its server mean. */
class FilesTest {
  private static final String STAT = "POST /filesystem.Filesystem/Stat";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @TempDir Path directory;

  record Refusal(MockResponse answer, Class<? extends SandboxException> type, String says) {}

  static List<Refusal> refusals() {
    return List.of(
        new Refusal(
            ScriptedE2b.json(400, "{\"code\": 400, \"message\": \"path '/a' is a directory\"}"),
            InvalidRequestException.class,
            "is a directory"),
        new Refusal(
            ScriptedE2b.json(401, "{\"code\": 401, \"message\": \"no token\"}"),
            AuthenticationException.class,
            "no token"),
        new Refusal(
            ScriptedE2b.json(404, "{\"code\": 404, \"message\": \"path '/a' does not exist\"}"),
            NotFoundException.class,
            "does not exist"),
        new Refusal(
            ScriptedE2b.json(500, "{\"code\": 500, \"message\": \"open /a: not a directory\"}"),
            InvalidRequestException.class,
            "a parent in the path is a file"),
        new Refusal(
            ScriptedE2b.json(500, "{\"code\": 500, \"message\": \"out of luck\"}"),
            PlatformException.class,
            "out of luck"),
        new Refusal(
            ScriptedE2b.json(507, "{\"code\": 507, \"message\": \"not enough disk space\"}"),
            PlatformException.class,
            "disk of the sandbox is full"),
        new Refusal(new MockResponse.Builder().code(500).build(), PlatformException.class, "500"),
        new Refusal(
            new MockResponse.Builder().code(302).addHeader("Location: http://x/").build(),
            PlatformException.class,
            "redirect"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalToReadIsTold(Refusal refusal) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(refusal.answer());
    assertThatThrownBy(() -> sandbox.files().read("/a"))
        .isExactlyInstanceOf(refusal.type())
        .hasMessageContaining(refusal.says());
    e2b.take("GET /files?path=%2Fa");
  }

  /** The statuses of the daemon and of the edge that are not among the refusals. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | AuthenticationException | not yours",
        "409 | PlatformException       | 409",
        "429 | RateLimitedException    | 429",
        "503 | PlatformException       | 503",
      })
  void eachStatusIsAnErrorOfItsOwn(int status, String type, String says) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(status, "{\"message\": \"not yours\"}");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .hasMessageContaining(says)
        .extracting(thrown -> thrown.getClass().getSimpleName())
        .isEqualTo(type);
    e2b.take("POST /files?path=%2Fa");
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalToWriteIsTold(Refusal refusal) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(refusal.answer());
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isExactlyInstanceOf(refusal.type())
        .hasMessageContaining(refusal.says());
    e2b.take("POST /files?path=%2Fa");
  }

  @Test
  void existsAsksForTheEntryAndIsTrueIfThereIsOne() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    EntryInfo.Builder entry = EntryInfo.newBuilder().setName("x y").setPath("/tmp/x y");
    e2b.answer(Frames.unary(StatResponse.newBuilder().setEntry(entry).build()));
    assertThat(sandbox.files().exists("/tmp/x y")).isTrue();
    RecordedRequest request = e2b.take(STAT);
    assertEnvdHeaders(request);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/proto");
    assertThat(request.getHeaders().get("Connect-Protocol-Version")).isEqualTo("1");
    assertThat(StatRequest.parseFrom(ScriptedE2b.body(request).toByteArray()).getPath())
        .isEqualTo("/tmp/x y");
  }

  @Test
  void onlyNotFoundIsNotThere() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(404, "{\"code\": \"not_found\", \"message\": \"file not found\"}");
    assertThat(sandbox.files().exists("/a")).isFalse();
    e2b.take(STAT);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "401|{\"code\": 401, \"message\": \"no token\"}|AuthenticationException",
        "404|404 page not found|NotFoundException",
        "404|{\"code\": 404, \"message\": \"no such route\"}|NotFoundException",
        "404|''|NotFoundException",
        "500|{\"code\": \"internal\", \"message\": \"below a file\"}|PlatformException",
        "500|''|PlatformException",
        "400|{\"code\": \"invalid_argument\"}|InvalidRequestException"
      })
  void whateverElseGoesWrongIsThrown(int status, String body, String type) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(status, body);
    assertThatThrownBy(() -> sandbox.files().exists("/a"))
        .isInstanceOf(SandboxException.class)
        .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(type));
    e2b.take(STAT);
  }

  @Test
  void aSandboxThatIsGoneHasNoFilesToAskFor() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(502, "{\"sandboxId\": \"isb1\", \"message\": \"gone\"}");
    e2b.answer(404, "");
    assertThatThrownBy(() -> sandbox.files().exists("/a"))
        .isInstanceOf(SandboxNotRunningException.class);
    e2b.take(STAT);
    e2b.take("GET /sandboxes/isb1");
  }

  @Test
  void noAnswerIsNotNo() throws Exception {
    E2bClient impatient = e2b.open(e2b.builder().responseLimit(Duration.ofMillis(200)));
    E2bSandbox sandbox = e2b.sandbox(impatient, "0.6.13");
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    assertThatThrownBy(() -> sandbox.files().exists("/a"))
        .isInstanceOf(DeadlineExceededException.class);
    e2b.take(STAT);
  }

  @Test
  void whatIsMissingIsTheFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(404, "{\"code\": 404, \"message\": \"path '/a' does not exist\"}");
    assertThatThrownBy(() -> sandbox.files().read("/a"))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.FILE));
    e2b.take();
  }

  @Test
  void aRelativePathIsResolvedWithOneLookUp() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.stream(
            Frames.start(7),
            Frames.stdout("/srv\0/home/user\0"),
            Frames.exited(0),
            Frames.goodbye()));
    e2b.answer(200, ONE_FILE);
    e2b.answer(bytes("x"));
    sandbox.files().write("a/b", Content.of("x"));
    sandbox.files().read("./c").close();
    e2b.take("POST /process.Process/Start");
    e2b.take("POST /files?path=%2Fsrv%2Fa%2Fb");
    e2b.take("GET /files?path=%2Fsrv%2F.%2Fc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/a\0b", "a\0"})
  void aMalformedPathIsRefusedWithoutAsking(String path) throws Exception {
    var files = e2b.sandbox().files();
    assertThatIllegalArgumentException().isThrownBy(() -> files.read(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.exists(path));
    assertThatIllegalArgumentException().isThrownBy(() -> files.write(path, Content.of("x")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.download(path, directory.resolve("x")));
  }
}
