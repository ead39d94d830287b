package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.StatRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okio.Buffer;
import okio.GzipSink;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilesTest {
  private static final String STAT = "POST /filesystem.Filesystem/Stat";
  private static final String ONE_FILE =
      "[{\"path\": \"/a\", \"name\": \"a\", \"type\": \"file\", \"news\": 1}]";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();
  @TempDir Path directory;

  private static MockResponse bytes(String text) {
    return new MockResponse.Builder().body(text).build();
  }

  /** A body that promises more than it has. */
  private static MockResponse cutShort() {
    return new MockResponse.Builder()
        .body("half")
        .setHeader("Content-Length", 8)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  private static MockResponse gzipped(String text) throws IOException {
    Buffer body = new Buffer();
    try (var sink = Okio.buffer(new GzipSink(body))) {
      sink.writeUtf8(text);
    }
    return new MockResponse.Builder().addHeader("Content-Encoding: gzip").body(body).build();
  }

  private static void assertEnvdHeaders(RecordedRequest request) {
    Headers headers = request.getHeaders();
    assertThat(headers.get("E2b-Sandbox-Id")).isEqualTo("isb1");
    assertThat(headers.get("E2b-Sandbox-Port")).isEqualTo("49983");
    assertThat(headers.get("X-Access-Token")).isEqualTo(ScriptedE2b.TOKEN);
    assertThat(headers.get("User-Agent")).isEqualTo(E2bClient.builder().userAgent().text());
    assertThat(headers.values("Accept-Encoding")).containsExactly("identity");
    assertThat(headers.get("X-API-KEY")).isNull();
    assertThat(headers.get("Authorization")).isNull();
  }

  @Test
  void readStreamsTheBytesAsTheyAre() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    byte[] binary = new byte[70_000];
    for (int i = 0; i < binary.length; i++) {
      binary[i] = (byte) (i * 31);
    }
    e2b.answer(new MockResponse.Builder().body(new Buffer().write(binary)).build());
    try (InputStream stream = sandbox.files().read("/tmp/a b&c=ü.bin")) {
      assertThat(stream.read()).isZero();
      assertThat(stream.readAllBytes())
          .isEqualTo(java.util.Arrays.copyOfRange(binary, 1, binary.length));
      assertThat(stream.read()).isEqualTo(-1);
    }
    RecordedRequest request = e2b.take();
    assertThat(request.getMethod()).isEqualTo("GET");
    assertThat(request.getUrl().encodedPath()).isEqualTo("/files");
    assertThat(request.getUrl().queryParameterNames()).containsExactly("path");
    assertThat(request.getUrl().queryParameter("path")).isEqualTo("/tmp/a b&c=ü.bin");
    assertEnvdHeaders(request);
    assertThat(ScriptedE2b.body(request).size()).isZero();
  }

  @Test
  void plusAndPercentInAPathAreThemselves() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes("x"));
    sandbox.files().read("/a+b%2Fc#d").close();
    assertThat(e2b.take().getTarget()).isEqualTo("/files?path=%2Fa%2Bb%252Fc%23d");
  }

  @Test
  void anOldDaemonIsToldTheUserOfAFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.3.9");
    e2b.answer(bytes("x"));
    sandbox.files().read("/a").close();
    e2b.take("GET /files?path=%2Fa&username=user");
  }

  @Test
  void whatSeemsEmptyIsAskedForAgainInGzip() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes(""));
    e2b.answer(gzipped("Linux version 6"));
    try (InputStream stream = sandbox.files().read("/proc/version")) {
      assertThat(stream.readAllBytes()).asString(UTF_8).isEqualTo("Linux version 6");
    }
    assertThat(e2b.take().getHeaders().values("Accept-Encoding")).containsExactly("identity");
    assertThat(e2b.take().getHeaders().values("Accept-Encoding")).containsExactly("gzip");
  }

  @Test
  void whatIsEmptyIsEmpty() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes(""));
    e2b.answer(gzipped(""));
    e2b.answer(bytes(""));
    e2b.answer(bytes(""));
    for (int i = 0; i < 2; i++) {
      try (InputStream stream = sandbox.files().read("/empty")) {
        assertThat(stream.readAllBytes()).isEmpty();
      }
      e2b.take();
      e2b.take();
    }
  }

  @Test
  void anEndBeforeThePromisedLengthIsNoEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cutShort());
    try (InputStream stream = sandbox.files().read("/a")) {
      assertThatThrownBy(stream::readAllBytes)
          .isInstanceOfSatisfying(
              SandboxIOException.class,
              e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class))
          .hasMessageContaining("before the end of the file");
    }
    e2b.take();
  }

  @Test
  void aGzipThatIsCutIsNoEnd() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer whole = new Buffer();
    try (var sink = Okio.buffer(new GzipSink(whole))) {
      sink.writeUtf8("some text that is long enough to be cut");
    }
    Buffer part = new Buffer();
    part.write(whole, whole.size() - 4);
    e2b.answer(bytes(""));
    e2b.answer(new MockResponse.Builder().addHeader("Content-Encoding: gzip").body(part).build());
    try (InputStream stream = sandbox.files().read("/proc/x")) {
      assertThatThrownBy(stream::readAllBytes).isInstanceOf(SandboxIOException.class);
    }
    e2b.take();
    e2b.take();
  }

  @Test
  void closingEarlyGivesTheTransferUp() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        new MockResponse.Builder()
            .body("x".repeat(100))
            .setHeader("Content-Length", 1_000_000)
            .build());
    InputStream stream = sandbox.files().read("/big");
    assertThat(stream.read()).isEqualTo('x');
    stream.close();
    stream.close();
    e2b.take();
  }

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
            "a part of the path is a file"),
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
  void writeSendsTheBytesAsTheyAre() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        new MockResponse.Builder().addHeader("Content-Type: text/plain").body(ONE_FILE).build());
    sandbox.files().write("/tmp/ü", Content.of("a\0b\n"));

    RecordedRequest request = e2b.take("POST /files?path=%2Ftmp%2F%C3%BC");
    assertEnvdHeaders(request);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/octet-stream");
    assertThat(request.getHeaders().get("Content-Length")).isEqualTo("4");
    assertThat(ScriptedE2b.body(request).utf8()).isEqualTo("a\0b\n");
  }

  @Test
  void aStreamOfUnknownLengthIsSentInChunks() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, ONE_FILE);
    byte[] bytes = "0123456789".repeat(20_000).getBytes(UTF_8);
    sandbox.files().write("/a", Content.of(new ByteArrayInputStream(bytes)));
    RecordedRequest request = e2b.take();
    assertThat(request.getHeaders().get("Transfer-Encoding")).isEqualTo("chunked");
    assertThat(ScriptedE2b.body(request).toByteArray()).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[{}, {}]", "{\"path\": \"/a\"}", "null", "1"})
  void anAnswerThatDoesNotNameTheOneFileIsAnError(String answer) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, answer);
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("the upload was not taken");
    e2b.take();
  }

  @Test
  void anAnswerThatCannotBeReadIsAnError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, "<html>");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @Test
  void aWriteThatBrokeOffSaysThatAPartMayBeThereAndIsNotRepeated() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageContaining("may hold a part");
    e2b.take();
  }

  @Test
  void aWriteWhoseAnswerIsLateSaysThatAPartMayBeThere() throws Exception {
    E2bClient impatient = e2b.open(e2b.builder().responseLimit(Duration.ofMillis(200)));
    E2bSandbox sandbox = e2b.sandbox(impatient, "0.6.13");
    e2b.answer(new MockResponse.Builder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(DeadlineExceededException.class)
        .hasMessageContaining("may hold a part")
        .hasMessageContaining("responseLimit");
    e2b.take();
  }

  @Test
  void aDiskThatFilledUpMayLeaveAPart() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(507, "{\"code\": 507}");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .hasMessageContaining("may hold a part");
    e2b.take();
  }

  @Test
  void aSourceThatFailsIsHeardAndSentNoSecondTime() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    IOException broken = new IOException("the disk is gone");
    InputStream source =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[200_000]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw broken;
              }

              @Override
              public int read(byte[] target, int offset, int length) throws IOException {
                throw broken;
              }
            });
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of(source)))
        .isInstanceOf(CancelledException.class)
        .hasCause(broken)
        .hasMessageContaining("a part may have arrived");
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    assertThat(e2b.take().getFailure()).isNotNull();
  }

  @Test
  void anOldDaemonCannotTakeAStream() throws Exception {
    E2bSandbox sandbox = e2b.sandbox("0.5.6");
    assertThatThrownBy(() -> sandbox.files().write("/a", Content.of("x")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("0.5.7");
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
  void downloadReplacesTheFileWhole() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path target = Files.writeString(directory.resolve("target"), "before");
    e2b.answer(bytes("after"));
    sandbox.files().download("/a", target);
    assertThat(target).hasContent("after");
    assertThat(directory.toFile().list()).containsExactly("target");
    e2b.take();
  }

  @Test
  void whatIsDownloadedIsAsReadableAsAnyNewFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path other = Files.createFile(directory.resolve("other"));
    Path target = directory.resolve("target");
    e2b.answer(bytes("x"));
    sandbox.files().download("/a", target);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo(PosixFilePermissions.toString(Files.getPosixFilePermissions(other)));
    e2b.take();
  }

  @Test
  void aDownloadThatBreaksLeavesTheTargetAsItWas() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path target = Files.writeString(directory.resolve("target"), "before");
    e2b.answer(cutShort());
    assertThatThrownBy(() -> sandbox.files().download("/a", target))
        .isInstanceOf(ConnectionLostException.class);
    assertThat(target).hasContent("before");
    assertThat(directory.toFile().list()).containsExactly("target");
    e2b.take();
  }

  @Test
  void aDownloadIntoNowhereIsTheCallersError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(bytes("x"));
    e2b.answer(bytes("x"));
    assertThatThrownBy(() -> sandbox.files().download("/a", directory.resolve("no/such")))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> sandbox.files().download("/a", directory))
        .isInstanceOf(UncheckedIOException.class);
    e2b.take();
    e2b.take();
  }

  @Test
  void uploadSendsTheFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path source = Files.writeString(directory.resolve("source"), "content");
    e2b.answer(200, ONE_FILE);
    sandbox.files().upload(source, "/a");
    assertThat(ScriptedE2b.body(e2b.take("POST /files?path=%2Fa")).utf8()).isEqualTo("content");
    assertThatThrownBy(() -> sandbox.files().upload(directory.resolve("none"), "/a"))
        .isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> sandbox.files().upload(directory, "/a"))
        .isInstanceOf(UncheckedIOException.class);
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
