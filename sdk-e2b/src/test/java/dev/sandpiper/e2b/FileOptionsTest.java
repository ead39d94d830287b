package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.e2b.files.EntryReader;
import dev.sandpiper.e2b.files.FileUrls;
import dev.sandpiper.e2b.proto.FilesystemProto.EntryInfo;
import dev.sandpiper.e2b.proto.FilesystemProto.FileType;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.MoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveRequest;
import dev.sandpiper.e2b.proto.FilesystemProto.RemoveResponse;
import dev.sandpiper.e2b.proto.FilesystemProto.StatResponse;
import dev.sandpiper.http.ManualTime;
import dev.sandpiper.testing.CapturedLog;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.GzipSource;
import okio.Okio;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Metadata, gzip, signatures, atomic writes and resumed reads, byte for byte. */
class FileOptionsTest {
  private static final String ONE_FILE =
      "[{\"path\": \"/a\", \"name\": \"a\", \"type\": \"file\"}]";
  private static final String TOKEN = "0tQG31xiMp0IOQfaz9dcwi72L1CPo8e0";
  private static final String THEN = "Last-Modified: Tue, 14 Nov 2023 22:13:20 GMT";
  private static final String NOW = "Date: Sat, 21 Nov 2026 10:00:00 GMT";
  private static final WriteOptions ATOMIC = WriteOptions.inPlace().atomic();

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  @ParameterizedTest
  @CsvSource({
    "hello.txt, read, user, , v1_gUtH/s9YCJWgCizjfUxuWfhFE4QSydOWEIIvfLwDr6E",
    "hello.txt, read, user, 1893456000, v1_qy/yY5HGngpv8RVZNifDk5B/0sNQL2qFyEoxmvlb+NE",
    "/tmp/a b.txt, write, '', , v1_0s83QVZx0REXdIfoHMbGTIgcViPSKovayj3N8dOuc/c"
  })
  void signaturesAreTheWorkedExamples(
      String path, String operation, String user, Long expiration, String signature) {
    assertThat(FileUrls.signature(path, operation, user, TOKEN, expiration)).isEqualTo(signature);
  }

  private static FileUrls urls(String envdVersion, String token) {
    SandboxAddresses addresses = new SandboxAddresses(null, false);
    SandboxAccess access =
        new SandboxAccess(
            "abc123",
            "e2b.app",
            EnvdVersion.parse(envdVersion),
            addresses.envd("abc123", "e2b.app"),
            token.isEmpty() ? null : token,
            null);
    ManualTime time = new ManualTime(Instant.parse("2029-12-31T23:59:00.9Z"));
    return new FileUrls(access, addresses.port(SandboxAccess.ENVD_PORT, access), time);
  }

  @Test
  void aSignedUrlIsTheWorkedExample() {
    E2bFileUrl url =
        urls("0.6.13", TOKEN).download("hello.txt", E2bUrlOptions.unlimited().user("user"));
    assertThat(url.uri().getRawPath()).isEqualTo("/files");
    assertThat(url.uri().getHost()).isEqualTo("49983-abc123.e2b.app");
    assertThat(url.uri().getRawQuery().split("&"))
        .containsExactlyInAnyOrder(
            "username=user",
            "path=hello.txt",
            "signature=v1_gUtH%2Fs9YCJWgCizjfUxuWfhFE4QSydOWEIIvfLwDr6E");
    assertThat(url.headers()).isEmpty();
  }

  @Test
  void anExpiryIsSignedAndSaidAlsoIfItIsNow() {
    E2bUrlOptions inAMinute = E2bUrlOptions.expiringIn(Duration.ofSeconds(60)).user("user");
    E2bFileUrl url = urls("0.6.13", TOKEN).download("hello.txt", inAMinute);
    assertThat(url.uri().getRawQuery())
        .contains("signature_expiration=1893456000")
        .contains("v1_qy%2FyY5HGngpv8RVZNifDk5B%2F0sNQL2qFyEoxmvlb%2BNE");
    assertThat(url.expires()).contains(Instant.ofEpochSecond(1_893_456_000));
    E2bFileUrl now = urls("0.6.13", TOKEN).upload("/a", E2bUrlOptions.expiringIn(Duration.ZERO));
    assertThat(now.uri().getRawQuery()).contains("signature_expiration=1893455940");
  }

  @Test
  void anOldDaemonIsToldTheUserInTheUrlToo() {
    assertThat(urls("0.3.9", TOKEN).download("/a", E2bUrlOptions.unlimited()).uri().getRawQuery())
        .contains("username=user");
  }

  @Test
  void withoutATokenAUrlIsPlainAndCannotExpire() {
    FileUrls urls = urls("0.6.13", "");
    assertThat(urls.download("/a", E2bUrlOptions.unlimited()).uri())
        .isEqualTo(URI.create("https://49983-abc123.e2b.app/files?path=%2Fa"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> urls.upload("/a", E2bUrlOptions.expiringIn(Duration.ofSeconds(1))))
        .withMessageContaining("no access token");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> E2bUrlOptions.expiringIn(Duration.ofSeconds(-1)));
  }

  @Test
  void aUrlIsInNoLogAndNoText() throws Exception {
    E2bFileUrl url = e2b.sandbox().files().downloadUrl("/a", E2bUrlOptions.unlimited());
    String signature = url.uri().getRawQuery().replaceAll(".*signature=", "");
    assertThat(url.uri().toString()).contains(signature);
    assertThat(url.toString()).doesNotContain(signature);
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains(signature));
    assertThat(url.headers()).containsOnlyKeys("E2b-Sandbox-Id", "E2b-Sandbox-Port");
  }

  @Test
  void metadataAndGzipAreSent() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, ONE_FILE);
    E2bWriteOptions options =
        E2bWriteOptions.of(WriteOptions.inPlace())
            .metadata(Map.of("Author", "Ada L", "x|y", ""))
            .gzip();
    sandbox.files().write("/a", Content.of("content"), options);
    RecordedRequest request = e2b.take("POST /files?path=%2Fa");
    assertThat(request.getHeaders().get("X-Metadata-author")).isEqualTo("Ada L");
    assertThat(request.getHeaders().get("X-Metadata-x|y")).isEmpty();
    assertThat(request.getHeaders().get("Content-Encoding")).isEqualTo("gzip");
    Buffer body = new Buffer().write(ScriptedE2b.body(request));
    assertThat(Okio.buffer(new GzipSource(body)).readUtf8()).isEqualTo("content");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a:b", "a\nb", "\u00fc", "a\0"})
  void metadataWithOtherNamesIsRefused(String name) {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException().isThrownBy(() -> options.metadata(Map.of(name, "x")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gr\u00fc\u00df", "a\nb", "a\r\nX-Evil: 1", "\t", " a", "a ", "\u007f"})
  void metadataWithOtherValuesIsRefusedWithoutRepeatingThem(String value) {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("name", value)))
        .withMessageContaining("name")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("Evil"));
  }

  @Test
  void metadataIsAsLongAsTheDaemonAllows() {
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace());
    options.metadata(Map.of("k".repeat(246), "x"));
    options.metadata(Map.of("a", "x".repeat(4086)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("k".repeat(247), "x")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("a", "x".repeat(4087))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.metadata(Map.of("a", "x", "A", "y")));
  }

  @Test
  void anOldDaemonCannotKeepMetadata() throws Exception {
    E2bFilesystem files = e2b.sandbox("0.6.1").files();
    E2bWriteOptions options = E2bWriteOptions.of(ATOMIC).metadata(Map.of("a", "b"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.write("/a", Content.of("x"), options))
        .withMessageContaining("0.6.2")
        .withMessageContaining("0.6.1");
  }

  private static MockResponse head(String... headers) {
    MockResponse.Builder response = new MockResponse.Builder();
    for (String header : headers) {
      response.addHeader(header);
    }
    return response.build();
  }

  /** A whole file whose connection closes in its middle. */
  private static MockResponse cut(String date) {
    return head(THEN, date)
        .newBuilder()
        .body("hello")
        .setHeader("Content-Length", 12)
        .onResponseEnd(new SocketEffect.CloseSocket())
        .build();
  }

  private static MockResponse rest(String range, String body) {
    return head(THEN, NOW, "Content-Range: " + range).newBuilder().code(206).body(body).build();
  }

  @Test
  void aReadThatBreaksGoesOnWhereItBroke() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(rest("bytes 5-11/12", " world\n"));
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello world\n");
    e2b.take();
    RecordedRequest again = e2b.take("GET /files?path=%2Fa");
    assertThat(again.getHeaders().get("Range")).isEqualTo("bytes=5-11");
    assertThat(again.getHeaders().get("If-Range")).isEqualTo(THEN.substring(15));
    assertThat(CapturedLog.lines()).anyMatch(line -> line.contains("resuming there"));
  }

  @Test
  void aReadDoesNotGoOnInAnotherFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(head(NOW).newBuilder().body("other").build());
    assertBroken(sandbox, "was changed");
    e2b.answer(cut(NOW));
    e2b.answer(rest("bytes 5-12/13", " world!\n"));
    assertBroken(sandbox, "was changed");
    for (int i = 0; i < 4; i++) {
      e2b.take();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Date: Tue, 14 Nov 2023 22:13:20 GMT", "Date: never", "X: y"})
  void aReadDoesNotGoOnWhereTheFileMayBeAnother(String date) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(date));
    assertBroken(sandbox, "before the end of the file");
    e2b.take();
  }

  private static void assertBroken(E2bSandbox sandbox, String says) {
    assertThatThrownBy(
            () -> {
              try (InputStream stream = sandbox.files().read("/a")) {
                stream.readAllBytes();
              }
            })
        .isInstanceOfSatisfying(
            SandboxIOException.class,
            e -> assertThat(e.getCause()).isInstanceOf(ConnectionLostException.class))
        .hasMessageContaining(says);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "bytes 0-1/2", "bytes 6-5/12", "bytes 6-12/12", "bytes */12", "6-11"})
  void aPartThatIsAnotherIsMalformed(String range) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest(range, "world\n"));
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().offset(6)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes 0-4/10|hello",
        "bytes 1-9/10|ellohello",
        "bytes 0-10/11|hellohello!",
        "bytes 0-9/*|hellohello",
        "bytes 0-9/99999999999999999999|hellohello"
      })
  void aShortPartIsNotTakenForTheWhole(String range, String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest(range, body));
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().length(10)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource({"Content-Length, 9", "Content-Encoding, gzip"})
  void aPartWhoseHeadContradictsItselfIsMalformed(String header, String value) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(rest("bytes 0-9/10", "hellohello").newBuilder().setHeader(header, value).build());
    assertThatThrownBy(
            () -> sandbox.files().read("/a", dev.sandpiper.ReadOptions.whole().length(10)).close())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"bytes 5-8/12|' wor'", "bytes 4-11/12|'o world\n'", "bytes 5-11/12|' world\n\n'"})
  void theRestOfABrokenReadIsExactlyTheRest(String range, String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(rest(range, body));
    assertThatThrownBy(() -> sandbox.files().readText("/a"))
        .isInstanceOf(WireFormatException.class);
    e2b.take();
    e2b.take();
  }

  @Test
  void aRestThatIsCutIsAskedForAgainWhereItBroke() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(cut(NOW));
    e2b.answer(
        rest("bytes 5-11/12", " wo")
            .newBuilder()
            .setHeader("Content-Length", 7)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());
    e2b.answer(rest("bytes 8-11/12", "rld\n"));
    assertThat(sandbox.files().readText("/a")).isEqualTo("hello world\n");
    e2b.take();
    e2b.take();
    assertThat(e2b.take().getHeaders().get("Range")).isEqualTo("bytes=8-11");
  }

  @Test
  void anEncodingThatNobodyAskedForIsNoFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(head("Content-Encoding: br").newBuilder().body("packed").build());
    assertThatThrownBy(() -> sandbox.files().read("/a")).isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/proc/cpuinfo", "/tmp/link", "//sys/./class/net/lo/mtu"})
  void whatHasNoEndThatCanBeSoughtIsAskedForInGzip(String path) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer packed = new Buffer();
    try (var sink = Okio.buffer(new okio.GzipSink(packed))) {
      sink.writeUtf8("processor : 0");
    }
    e2b.answer(500, "{\"code\": 500, \"message\": \"seeker can't seek\"}");
    e2b.answer(head("Content-Encoding: gzip").newBuilder().body(packed).build());
    try (InputStream stream =
        sandbox.files().read(path, dev.sandpiper.ReadOptions.whole().offset(4).length(5))) {
      assertThat(new String(stream.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("essor");
    }
    e2b.take();
    RecordedRequest again = e2b.take();
    assertThat(again.getHeaders().values("Accept-Encoding")).containsExactly("gzip");
    assertThat(again.getHeaders().get("Range")).isNull();
  }

  @Test
  void aSizeInSysProvesNothing() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Buffer packed = new Buffer();
    try (var sink = Okio.buffer(new okio.GzipSink(packed))) {
      sink.writeUtf8("65536\n");
    }
    e2b.answer(
        head(THEN, NOW)
            .newBuilder()
            .body("65536\n")
            .setHeader("Content-Length", 4096)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());
    e2b.answer(head("Content-Encoding: gzip").newBuilder().body(packed).build());
    assertThat(sandbox.files().readText("/sys/class/net/lo/mtu")).isEqualTo("65536\n");
    e2b.take();
    e2b.take();
  }

  private static EntryInfo.Builder entry(String path, int mode) {
    return EntryInfo.newBuilder()
        .setName(path.substring(path.lastIndexOf('/') + 1))
        .setPath(path)
        .setType(FileType.FILE_TYPE_FILE)
        .setMode(mode)
        .setPermissions("-rw-r--r--");
  }

  private void answerStat(EntryInfo.Builder entry) {
    e2b.answer(Frames.unary(StatResponse.newBuilder().setEntry(entry).build()));
  }

  private void answerNotFound() {
    e2b.answer(404, "{\"code\": \"not_found\", \"message\": \"file not found\"}");
  }

  private void takeStat() throws Exception {
    e2b.take("POST /filesystem.Filesystem/Stat");
  }

  private String takeUpload() throws Exception {
    RecordedRequest upload = e2b.take();
    assertThat(upload.getMethod()).isEqualTo("POST");
    return String.valueOf(upload.getUrl().queryParameter("path"));
  }

  @Test
  void anAtomicWriteGoesBesideTheTargetOfALinkAndMovesOverIt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStat(entry("/l", 0644).setPermissions("Lrwxrwxrwx").setSymlinkTarget("/d/f"));
    answerStat(entry("/d/f", 0640));
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.stream(Frames.start(7), Frames.exited(0), Frames.goodbye()));
    e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/d/f", 0640)).build()));
    sandbox.files().write("/l", Content.of("x"), ATOMIC);
    takeStat();
    takeStat();
    String aside = takeUpload();
    assertThat(aside).matches("/d/\\.sp-[0-9a-f]{32}");
    assertThat(e2b.firstStart().getProcess().getArgsList()).contains("chmod", "0640", aside);
    e2b.take("POST /process.Process/Start");
    MoveRequest move =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Move"), MoveRequest.getDefaultInstance());
    assertThat(move.getSource()).isEqualTo(aside);
    assertThat(move.getDestination()).isEqualTo("/d/f");
  }

  @Test
  void anAtomicWriteThatBreaksLeavesNothingHoweverLateItBegins() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(Frames.nothing());
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance())); // of what has not begun yet
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance()));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("the file is as it was");
    takeStat();
    String aside = takeUpload();
    for (int i = 0; i < 2; i++) {
      RemoveRequest remove =
          ScriptedE2b.message(
              e2b.take("POST /filesystem.Filesystem/Remove"), RemoveRequest.getDefaultInstance());
      assertThat(remove.getPath()).isEqualTo(aside);
    }
  }

  @Test
  void whatAnAtomicWriteLeavesBehindIsSaid() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(507, "{\"code\": 507, \"message\": \"not enough disk space\"}");
    e2b.answer(500, "{\"code\": \"internal\", \"message\": \"no\"}");
    assertThatThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .hasMessageContaining("the disk of the sandbox is full")
        .hasMessageContaining("the file is as it was, and /.sp-");
    takeStat();
    takeUpload();
    e2b.take("POST /filesystem.Filesystem/Remove");
  }

  @Test
  void aDeviceAndTheSystemsOwnFilesAreNotReplaced() throws Exception {
    E2bFilesystem files = e2b.sandbox().files();
    answerStat(
        entry("/dev/null", 0666)
            .setType(FileType.FILE_TYPE_UNSPECIFIED)
            .setPermissions("Dcrw-rw-rw-"));
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> files.write("/dev/null", Content.of("x"), ATOMIC))
        .withMessageContaining("not a regular file");
    takeStat();
    answerStat(entry("/l", 0644).setPermissions("Lrwxrwxrwx").setSymlinkTarget("/proc/1/comm"));
    answerStat(entry("/proc/1/comm", 0644));
    for (String path : java.util.List.of("/proc/self/comm", "//sys/kernel/x", "/l", "/d/")) {
      assertThatExceptionOfType(InvalidRequestException.class)
          .isThrownBy(() -> files.write(path, Content.of("x"), ATOMIC));
    }
    takeStat();
    takeStat();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "404|404 page not found",
        "405|",
        "400|{\"code\": 400, \"message\": \"unsupported content type\"}"
      })
  void withoutComposeAFileGoesInOnePiece(String shown, @TempDir Path directory) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Path source = directory.resolve("f");
    try (FileChannel file =
        FileChannel.open(source, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(new byte[1]), (16 << 20) - 1);
    }
    String[] answer = shown.split("\\|", -1);
    for (int i = 0; i < 2; i++) {
      if (i == 0) {
        e2b.answer(Integer.parseInt(answer[0]), answer[1]);
      }
      answerNotFound();
      e2b.answer(200, ONE_FILE);
      e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/f", 0644)).build()));
      sandbox.files().uploadInParts(source, "/f", PartsUploadOptions.parallel(4));
      if (i == 0) {
        assertThat(ScriptedE2b.json(e2b.take("POST /files/compose")).path("source_paths"))
            .isEmpty();
      }
      takeStat();
      takeUpload();
      e2b.take("POST /filesystem.Filesystem/Move");
    }
  }

  @Test
  void aMoveOfUnknownOutcomeIsLookedAt() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerNotFound();
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.nothing());
    answerNotFound();
    sandbox.files().write("/f", Content.of("x"), ATOMIC);
    takeStat();
    takeUpload();
    e2b.take("POST /filesystem.Filesystem/Move");
    takeStat();
  }

  private void answerUploadAndLoseTheMove() {
    answerNotFound();
    e2b.answer(200, ONE_FILE);
    e2b.answer(Frames.nothing());
  }

  private String takeUploadAndMove() throws Exception {
    takeStat();
    String aside = takeUpload();
    e2b.take("POST /filesystem.Filesystem/Move");
    return aside;
  }

  @Test
  void anOutcomeThatCannotBeAskedForStaysUnknown() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(Frames.nothing());
    }
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("write /f: whether the file was replaced cannot be known")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("as it was"))
        .satisfies(e -> assertThat(e.retryable()).isFalse());
    takeUploadAndMove();
    for (int attempt = 0; attempt < 3; attempt++) {
      takeStat();
    }
  }

  @Test
  void aMoveThatMayComeLaterIsForestalled() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    answerStat(entry("/.sp-0", 0644));
    e2b.answer(Frames.unary(MoveResponse.newBuilder().setEntry(entry("/x", 0644)).build()));
    e2b.answer(Frames.unary(RemoveResponse.getDefaultInstance()));
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().write("/f", Content.of("x"), ATOMIC))
        .withMessageContaining("write /f: the file is as it was")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain(".sp-"));
    String aside = takeUploadAndMove();
    takeStat();
    MoveRequest withdrawal =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Move"), MoveRequest.getDefaultInstance());
    assertThat(withdrawal.getSource()).isEqualTo(aside);
    RemoveRequest remove =
        ScriptedE2b.message(
            e2b.take("POST /filesystem.Filesystem/Remove"), RemoveRequest.getDefaultInstance());
    assertThat(remove.getPath()).isEqualTo(withdrawal.getDestination());
  }

  @Test
  void aMoveThatCameAfterTheLookUpHasReplacedTheFile() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerUploadAndLoseTheMove();
    answerStat(entry("/.sp-0", 0644));
    answerNotFound();
    sandbox.files().write("/f", Content.of("x"), ATOMIC);
    takeUploadAndMove();
    takeStat();
    e2b.take("POST /filesystem.Filesystem/Move");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\nb", "a\rb", "\tb", "a\u0001", "\u007f", "\u001b[2J", "a\u001f"})
  void aControlCharacterInANameOfSeveralIsRefusedBeforeAnythingIsSent(String name)
      throws Exception {
    E2bFilesystem files = e2b.sandbox().files();
    E2bWriteOptions plain = E2bWriteOptions.of(WriteOptions.inPlace());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.writeAll(Map.of("/" + name, Content.of("x")), plain))
        .withMessageContaining("control character");
  }

  @Test
  void aMoveOfUnknownOutcomeIsNotRepeated() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.nothing());
    assertThatExceptionOfType(ConnectionLostException.class)
        .isThrownBy(() -> sandbox.files().move("/a", "/b"))
        .withMessageContaining("cannot be known")
        .satisfies(e -> assertThat(e.retryable()).isFalse());
    e2b.take("POST /filesystem.Filesystem/Move");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "-rw-r--r--, 420, -, FILE, 0644",
        "urwxr-xr-x, 493, -, FILE, 04755",
        "dgrwxrwxr-x, 509, -, DIRECTORY, 02775",
        "dtrwxrwxrwx, 511, -, DIRECTORY, 01777",
        "Lrwxrwxrwx, 420, /t, LINK, 0777",
        "Lrwxrwxrwx, 0, /x/e, LINK, 0777",
        "prw-r--r--, 420, -, OTHER, 0644",
        "Dcrw-rw-rw-, 438, -, OTHER, 0666",
        "nonsense, 420, -, FILE, 0644"
      })
  void everyKindOfEntryIsItself(
      String permissions, int mode, String link, String type, String expected) throws Exception {
    EntryInfo.Builder entry = entry("/x/e", mode).setPermissions(permissions);
    entry.setType(
        switch (type) {
          case "FILE" -> FileType.FILE_TYPE_FILE;
          case "DIRECTORY" -> FileType.FILE_TYPE_DIRECTORY;
          default -> FileType.FILE_TYPE_UNSPECIFIED;
        });
    if (link != null) {
      entry.setSymlinkTarget(link);
    }
    FileInfo info = EntryReader.read(entry.build());
    assertThat(info.type()).hasToString(type);
    assertThat(info.mode()).isEqualTo(Integer.parseInt(expected, 8));
    assertThat(info.linkTarget().orElse("")).isEqualTo("/t".equals(link) ? "/t" : "");
  }

  @Test
  void anImpossibleEntryIsMalformed() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    answerStat(entry("/a", 0).setSize(-1));
    answerStat(entry("/a", 0).setName("a\0b"));
    answerStat(EntryInfo.newBuilder());
    answerStat(
        entry("/a", 0)
            .setModifiedTime(
                com.google.protobuf.Timestamp.newBuilder().setSeconds(Long.MAX_VALUE)));
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> sandbox.files().stat("/a")).isInstanceOf(WireFormatException.class);
      takeStat();
    }
  }
}
