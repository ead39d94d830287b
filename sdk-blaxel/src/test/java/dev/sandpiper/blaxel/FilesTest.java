package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.blaxel.files.Uploads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okio.Buffer;
import okio.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilesTest {
  private static final String FILE = "/sbx/filesystem/%2Ftmp%2Fa.txt";
  private static final String UPLOADED =
      "{\"path\":\"/tmp/a.txt\",\"message\":\"Binary file uploaded successfully\"}";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();
  @TempDir Path directory;

  private static MockResponse file(byte[] bytes) {
    return new MockResponse.Builder()
        .addHeader("Content-Disposition", "attachment; filename=\"a\"")
        .addHeader("Content-Type", "application/json")
        .body(new Buffer().write(bytes))
        .build();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /** The file in a form of one. */
  static ByteString uploaded(RecordedRequest request) {
    String type = String.valueOf(request.getHeaders().get("Content-Type"));
    String boundary = type.substring("multipart/form-data; boundary=".length());
    ByteString body = ByteString.of(ScriptedBlaxel.bytes(request));
    int begin = body.indexOf("\r\n\r\n".getBytes(UTF_8)) + 4;
    int end = body.lastIndexOf(("\r\n--" + boundary + "--\r\n").getBytes(UTF_8));
    assertThat(body.startsWith(("--" + boundary + "\r\n").getBytes(UTF_8))).isTrue();
    return body.substring(begin, end);
  }

  @Test
  void readGivesTheBytesAsTheyAre() throws Exception {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    blaxel.on("GET " + FILE, file(all));
    try (var stream = blaxel.sandbox().files().read("/tmp/a.txt")) {
      assertThat(stream.readAllBytes()).isEqualTo(all);
    }
    assertThat(blaxel.first("GET " + FILE).getHeaders().get("Accept"))
        .isEqualTo("application/octet-stream");
  }

  @ParameterizedTest
  @CsvSource({
    "/tmp/a b#?%+é, %2Ftmp%2Fa%20b%23%3F%25%2B%C3%A9",
    "/tree/x, %2Ftree%2Fx",
    "/a/../b, %2Fa%2F..%2Fb",
    "/~/x, %2F%7E%2Fx",
    "/%2F, %2F%252F",
    "/, %2F",
  })
  void everySlashIsEscapedAndNothingElseMeansAnything(String path, String segment) {
    blaxel.on("GET /sbx/filesystem/" + segment, file(new byte[1]));
    assertThat(blaxel.sandbox().files().exists(path)).isTrue();
  }

  @Test
  void aRelativePathBeginsWhereCommandsStart() throws Exception {
    String places = StreamedMessages.stdout("/blaxel\0/root\0");
    blaxel.on(
        "POST /sbx/process",
        ScriptedBlaxel.stream("application/x-ndjson", places + StreamedMessages.result(0)));
    blaxel.on("GET /sbx/filesystem/%2Fblaxel%2Ftree.txt", file(new byte[0]));
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThat(sandbox.files().exists("tree.txt")).isTrue();
    assertThat(sandbox.homeDirectory()).isEqualTo("/root");
  }

  @Test
  void onlyNotFoundIsFalse() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on("GET " + FILE, error(500, "stat /tmp/a.txt: not a directory"));
    assertThatThrownBy(() -> sandbox.files().exists("/tmp/a.txt"))
        .isInstanceOf(InvalidRequestException.class);
    blaxel.on("GET " + FILE, new MockResponse.Builder().code(416).build());
    assertThat(sandbox.files().exists("/tmp/a.txt")).isTrue();
    blaxel.on("GET " + FILE, error(500, "stat /tmp/a.txt: permission denied"));
    assertThatThrownBy(() -> sandbox.files().exists("/tmp/a.txt"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("permission denied");
    blaxel.on(
        "GET " + FILE,
        ScriptedBlaxel.json(
            404,
            "{\"error\":{\"code\":\"WORKLOAD_NOT_FOUND\",\"message\":\"gone\",\"origin\":\"platform\"}}"));
    assertThatThrownBy(() -> sandbox.files().exists("/tmp/a.txt"))
        .isInstanceOfSatisfying(
            NotFoundException.class,
            e -> assertThat(e.what()).isEqualTo(NotFoundException.What.SANDBOX));
    blaxel.on(
        "GET " + FILE, new MockResponse.Builder().code(404).body("404 page not found").build());
    assertThatThrownBy(() -> sandbox.files().exists("/tmp/a.txt"))
        .isInstanceOf(PlatformException.class);
  }

  private static MockResponse error(int status, String text) {
    return ScriptedBlaxel.json(status, "{\"error\":" + TextNode.valueOf(text) + "}");
  }

  @Test
  void aSandboxThatWakesIsWaitedFor() throws Exception {
    blaxel.on(
        "GET " + FILE,
        ScriptedBlaxel.json(
            404, "{}", "X-Blaxel-Error-Code: WORKLOAD_UNAVAILABLE", "X-Blaxel-Source: platform"));
    blaxel.on("GET " + FILE, file(new byte[1]));
    List<RetryDecision> decisions = new CopyOnWriteArrayList<>();
    RetryOptions once = RetryOptions.standard().attempts(1).listener(decisions::add);
    BlaxelClient client = blaxel.open(blaxel.builder().retries(once));

    assertThat(blaxel.sandbox(client).files().exists("/tmp/a.txt")).isTrue();
    assertThat(decisions)
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.operation()).isEqualTo("exists");
              assertThat(only.status()).hasValue(404);
              assertThat(only.isRepeated()).isTrue();
            });
  }

  @Test
  void aDirectoryIsNoFile() {
    blaxel.on(
        "GET " + FILE,
        ScriptedBlaxel.json(200, "{\"path\":\"/tmp/a.txt\",\"files\":[],\"subdirectories\":[]}"));
    assertThatThrownBy(() -> blaxel.sandbox().files().read("/tmp/a.txt"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("it is a directory");
  }

  @Test
  void aFileThatIsCutShortIsNoFile() throws Exception {
    byte[] bytes = random(100);
    MockResponse cut =
        file(bytes)
            .newBuilder()
            .body(new Buffer().write(bytes, 0, 60))
            .setHeader("Content-Length", 100)
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build();
    blaxel.always("GET " + FILE, request -> cut);
    assertThatThrownBy(
            () -> {
              try (var stream = blaxel.sandbox().files().read("/tmp/a.txt")) {
                stream.readAllBytes();
              }
            })
        .isInstanceOfAny(SandboxIOException.class, ConnectionLostException.class);
  }

  @Test
  void aShortFileIsOneForm() {
    byte[] bytes = random(1000);
    blaxel.on("PUT " + FILE, ScriptedBlaxel.json(200, "[keepalive]\n" + UPLOADED));
    blaxel.sandbox().files().write("/tmp/a.txt", Content.of(bytes));

    assertThat(uploaded(blaxel.first("PUT " + FILE))).isEqualTo(ByteString.of(bytes));
  }

  @Test
  void aLongFileGoesUpInPiecesThatAreChecked() throws Exception {
    byte[] bytes = random(Uploads.PIECE * 2 + 5);
    Buffer arrived = new Buffer();
    blaxel.on(
        "POST /sbx/filesystem-multipart/initiate/%2Ftmp%2Fa.txt",
        ScriptedBlaxel.json(200, "{\"uploadId\":\"u-1\",\"path\":\"/tmp/a.txt\"}"));
    blaxel.always(
        "PUT /sbx/filesystem-multipart/u-1/part",
        request -> {
          ByteString piece = uploaded(request);
          arrived.write(piece);
          return ScriptedBlaxel.json(
              200, "{\"etag\":\"" + piece.md5().hex() + "\",\"size\":" + piece.size() + "}");
        });
    blaxel.on("POST /sbx/filesystem-multipart/u-1/complete", ScriptedBlaxel.json(200, UPLOADED));
    blaxel.sandbox().files().write("/tmp/a.txt", Content.of(new ByteArrayInputStream(bytes)));

    assertThat(arrived.readByteArray()).isEqualTo(bytes);
    assertThat(
            ScriptedBlaxel.json(blaxel.first("POST /sbx/filesystem-multipart/u-1/complete"))
                .path("parts")
                .size())
        .isEqualTo(3);
    assertThat(blaxel.lines()).contains("PUT /sbx/filesystem-multipart/u-1/part?partNumber=3");
  }

  @Test
  void aPieceThatArrivesAsSomethingElseEndsTheUpload() {
    blaxel.on(
        "POST /sbx/filesystem-multipart/initiate/%2Ftmp%2Fa.txt",
        ScriptedBlaxel.json(200, "{\"uploadId\":\"u-1\"}"));
    blaxel.on(
        "PUT /sbx/filesystem-multipart/u-1/part", ScriptedBlaxel.json(200, "{\"etag\":\"00\"}"));
    blaxel.on("DELETE /sbx/filesystem-multipart/u-1/abort", ScriptedBlaxel.json(200, "{}"));
    assertThatThrownBy(
            () -> blaxel.sandbox().files().write("/tmp/a.txt", Content.of(new byte[Uploads.PIECE])))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("piece 1");
  }

  @Test
  void aSourceThatFailsSaysSoAndNothingIsSent() {
    Content broken =
        Content.of(
            () -> {
              throw new IOException("no disk");
            });
    assertThatThrownBy(() -> blaxel.sandbox().files().write("/tmp/a.txt", broken))
        .isInstanceOf(CancelledException.class)
        .hasRootCauseMessage("no disk");
  }

  @Test
  void refusedWritesAreTyped() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on("PUT " + FILE, error(422, "error writing binary file: open /tmp: is a directory"));
    assertThatThrownBy(() -> sandbox.files().write("/tmp/a.txt", Content.of("x")))
        .isInstanceOf(InvalidRequestException.class);
    blaxel.on("PUT " + FILE, ScriptedBlaxel.json(403, "{\"error\":{\"code\":\"FORBIDDEN\"}}"));
    assertThatThrownBy(() -> sandbox.files().write("/tmp/a.txt", Content.of("x")))
        .isInstanceOf(AuthenticationException.class);
    blaxel.on(
        "PUT " + FILE,
        new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build());
    assertThatThrownBy(() -> sandbox.files().write("/tmp/a.txt", Content.of("x")))
        .hasMessageContaining("may contain a part of the content, or be gone");
  }

  @Test
  void filesGoBothWays() throws Exception {
    byte[] bytes = random(300);
    Path source = Files.write(directory.resolve("source"), bytes);
    blaxel.on("PUT " + FILE, ScriptedBlaxel.json(200, UPLOADED));
    blaxel.on("GET " + FILE, file(bytes));
    BlaxelSandbox sandbox = blaxel.sandbox();
    sandbox.files().upload(source, "/tmp/a.txt");
    sandbox.files().download("/tmp/a.txt", directory.resolve("target"));

    assertThat(directory.resolve("target")).hasBinaryContent(bytes);
    assertThat(uploaded(blaxel.first("PUT " + FILE))).isEqualTo(ByteString.of(bytes));
  }

  private static MockResponse part(String range, String bytes) {
    return file(bytes.getBytes(UTF_8))
        .newBuilder()
        .code(206)
        .setHeader("Content-Range", range)
        .build();
  }

  @Test
  void aPartOfAFileIsExactlyThatPart() throws Exception {
    blaxel.on("GET " + FILE, part("bytes 2-4/26", "cde"));
    try (var stream =
        blaxel.sandbox().files().read("/tmp/a.txt", ReadOptions.whole().offset(2).length(3))) {
      assertThat(stream.readAllBytes()).asString().isEqualTo("cde");
    }
    assertThat(blaxel.first("GET " + FILE).getHeaders().get("Range")).isEqualTo("bytes=2-4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes 0-4/10|hello",
        "bytes 0-8/10|hellohell",
        "bytes 1-9/10|ellohello",
        "bytes 0-10/11|hellohello!",
        "bytes 0-9/*|hellohello",
        "bytes 0-9/9|hellohello",
        "bytes 9-0/10|h",
        "bytes 0-9/99999999999999999999|hellohello",
        "bytes 0-9999999999999999999/99999999999999999999|hellohello",
        "lines 0-9/10|hellohello",
        "0-9/10|hellohello",
        "bytes=0-9/10|hellohello"
      })
  void anotherPartThanWasAskedForIsRefused(String range, String body) {
    blaxel.on("GET " + FILE, part(range, body));
    assertThatThrownBy(
            () -> blaxel.sandbox().files().read("/tmp/a.txt", ReadOptions.whole().length(10)))
        .isInstanceOf(WireFormatException.class);
  }

  @ParameterizedTest
  @CsvSource({"Content-Length, 9", "Content-Length, 11", "Content-Encoding, gzip"})
  void aPartWhoseHeadContradictsItselfIsRefused(String header, String value) {
    MockResponse response =
        part("bytes 0-9/10", "hellohello!").newBuilder().setHeader(header, value).build();
    blaxel.on("GET " + FILE, response);
    assertThatThrownBy(
            () -> blaxel.sandbox().files().read("/tmp/a.txt", ReadOptions.whole().length(10)))
        .isInstanceOf(WireFormatException.class);
  }

  @Test
  void exactlyBehindTheEndIsNothingAndFurtherIsAnError() throws Exception {
    MockResponse beyond =
        new MockResponse.Builder().code(416).addHeader("Content-Range", "bytes */26").build();
    blaxel.on("GET " + FILE, beyond);
    blaxel.on("GET " + FILE, beyond);
    blaxel.on("GET " + FILE, file(new byte[0]));
    var files = blaxel.sandbox().files();
    try (var stream = files.read("/tmp/a.txt", ReadOptions.whole().offset(26))) {
      assertThat(stream.readAllBytes()).isEmpty();
    }
    assertThatThrownBy(() -> files.read("/tmp/a.txt", ReadOptions.whole().offset(27)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("26 bytes");
    // An empty file answers every range with all of it.
    assertThatThrownBy(() -> files.read("/tmp/a.txt", ReadOptions.whole().offset(1)))
        .isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void wholeFilesAreBoundedAndText() {
    blaxel.on("GET " + FILE, file("abcd".getBytes(UTF_8)));
    blaxel.on("GET " + FILE, file("abcd".getBytes(UTF_8)));
    blaxel.on("GET " + FILE, file("é".getBytes(UTF_8)));
    blaxel.on("GET " + FILE, file(new byte[] {(byte) 0xff}));
    var files = blaxel.sandbox().files();
    assertThat(files.readBytes("/tmp/a.txt", 4)).hasSize(4);
    assertThatThrownBy(() -> files.readBytes("/tmp/a.txt", 3))
        .isInstanceOf(InvalidRequestException.class);
    assertThat(files.readText("/tmp/a.txt")).isEqualTo("é");
    assertThatThrownBy(() -> files.readText("/tmp/a.txt"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("not UTF-8");
  }

  @Test
  void listenersAreToldAndOneThatThrowsEndsTheTransfer() throws Exception {
    byte[] bytes = random(200_000);
    Path source = Files.write(directory.resolve("source"), bytes);
    blaxel.on("PUT " + FILE, ScriptedBlaxel.json(200, UPLOADED));
    blaxel.on("GET " + FILE, file(bytes));
    blaxel.on("GET " + FILE, file(bytes));
    var files = blaxel.sandbox().files();
    List<TransferProgress> up = new ArrayList<>();
    List<TransferProgress> down = new ArrayList<>();
    files.upload(source, "/tmp/a.txt", WriteOptions.inPlace().listener(up::add));
    files.download("/tmp/a.txt", directory.resolve("target"), down::add);
    TransferProgress end = new TransferProgress(200_000, OptionalLong.of(200_000), 1);
    assertThat(up).hasSizeGreaterThan(3).endsWith(end);
    assertThat(down).hasSizeGreaterThan(3).endsWith(end);

    IllegalStateException thrown = new IllegalStateException("enough");
    TransferListener stopping =
        progress -> {
          throw thrown;
        };
    assertThatThrownBy(() -> files.download("/tmp/a.txt", directory.resolve("none"), stopping))
        .isSameAs(thrown);
    assertThatThrownBy(
            () -> files.upload(source, "/tmp/a.txt", WriteOptions.inPlace().listener(stopping)))
        .isSameAs(thrown);
    assertThat(directory.resolve("none")).doesNotExist();
  }
}
