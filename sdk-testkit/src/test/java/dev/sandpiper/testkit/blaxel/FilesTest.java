package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.FilesystemHere.target;
import static dev.sandpiper.testkit.blaxel.LocalBlaxel.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class FilesTest {
  @RegisterExtension final FilesystemHere here = new FilesystemHere();

  @Test
  void whatIsPutIsReadBack() throws Exception {
    HttpResponse<String> put =
        here.put(target(here.home() + "/a/b.txt"), "{\"content\":\"Grüße <&>\\n\"}");

    assertThat(put.statusCode()).isEqualTo(200);
    assertThat(put.body())
        .isEqualTo(
            "{\"path\":\"%s/a/b.txt\",\"message\":\"File created/updated successfully\"}"
                .formatted(here.home()));
    assertThat(here.bytes(target(here.home() + "/a/b.txt")).body())
        .isEqualTo("Grüße <&>\n".getBytes(UTF_8));
    assertThat(here.get(target(here.home() + "/a/b.txt")).body())
        .contains("\"name\":\"\"", "\"content\":\"Grüße \\u003c\\u0026\\u003e\\n\"");
  }

  @Test
  void aRangeIsServedAsGoDoes() throws Exception {
    Files.writeString(here.home().resolve("abc.log"), "abcdefghijklmnopqrstuvwxyz");

    HttpResponse<byte[]> part =
        here.bytes(target(here.home() + "/abc.log"), "Range", "bytes=20-99");
    HttpResponse<byte[]> nothing =
        here.bytes(target(here.home() + "/abc.log"), "Range", "bytes=26-");

    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.body()).asString(UTF_8).isEqualTo("uvwxyz");
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 20-25/26");
    assertThat(nothing.statusCode()).isEqualTo(416);
    assertThat(nothing.headers().firstValue("Content-Range")).contains("bytes */26");
    assertThat(nothing.headers().firstValue("Cache-Control")).isEmpty();
  }

  @Test
  void jsonKeepsCharactersThatLieAcrossItsPieces() throws Exception {
    String text = "é".repeat(200_000) + "x" + "€".repeat(100_000) + "😀".repeat(50_000);
    Files.writeString(here.home().resolve("long"), text);

    String body = here.get(target(here.home() + "/long")).body();

    assertThat(body).endsWith("\"content\":\"" + text + "\"}");
  }

  @Test
  void jsonHasOneReplacementForEachByteThatIsNoCharacter() throws Exception {
    Files.write(here.home().resolve("bad"), new byte[] {'a', (byte) 0xe2, (byte) 0x82, 'b'});

    assertThat(here.get(target(here.home() + "/bad")).body())
        .endsWith("\"content\":\"a\ufffd\ufffdb\"}");
  }

  @Test
  void aBigFileGoesUpAndDownWithoutBeingHeld() throws Exception {
    byte[] content = new byte[20_000_000];
    new Random(1).nextBytes(content);

    assertThat(here.upload(target(here.home() + "/big"), content).statusCode()).isEqualTo(200);
    HttpResponse<InputStream> down = here.open(target(here.home() + "/big") + "?download=true");

    assertThat(Arrays.hashCode(down.body().readAllBytes())).isEqualTo(Arrays.hashCode(content));
  }

  @Test
  void aWriteIntoAPipeWaitsForItsReader() throws Exception {
    Path pipe = pipe("in");
    CompletableFuture<HttpResponse<String>> put =
        CompletableFuture.supplyAsync(() -> putUnchecked(target(pipe), "{\"content\":\"hello\"}"));

    assertThat(put.isDone()).isFalse();
    assertThat(Files.readString(pipe)).isEqualTo("hello");
    assertThat(put.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void aReaderOfAPipeThatGoesIsABrokenPipe() throws Exception {
    Path pipe = pipe("in");
    CompletableFuture<HttpResponse<String>> put =
        CompletableFuture.supplyAsync(() -> uploadUnchecked(target(pipe), new byte[500_000]));
    try (InputStream reader = Files.newInputStream(pipe)) {
      assertThat(reader.read()).isZero();
    }

    HttpResponse<String> answer = put.get(10, TimeUnit.SECONDS);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .isEqualTo(
            "{\"error\":\"error writing binary file: write %s: broken pipe\"}".formatted(pipe));
  }

  @Test
  void aWriteIntoAPipeEndsWithTheSandbox() throws Exception {
    Path pipe = pipe("in");
    CompletableFuture<HttpResponse<String>> put =
        CompletableFuture.supplyAsync(() -> putUnchecked(target(pipe), "{\"content\":\"hello\"}"));
    eventually(() -> isOpened(pipe));

    here.close(); // its thread is there before it writes: either way the write is given up

    assertThat(put).failsWithin(10, TimeUnit.SECONDS);
  }

  @Test
  void aWriteGoesOnWithoutItsClient() throws Exception {
    Path pipe = pipe("in");
    RawHttp left =
        new RawHttp(
            here.port(),
            "PUT",
            target(pipe),
            List.of("Content-Type: application/json"),
            "{\"content\":\"late\"}".getBytes(UTF_8));
    assertThat(left.answer(200).status()).isZero();
    left.close();

    assertThat(Files.readString(pipe)).isEqualTo("late");
  }

  @Test
  void aSearchThatHangsEndsWithTheSandbox() throws Exception {
    Files.writeString(here.home().resolve("many"), "needle\n".repeat(300));
    try (RawHttp search =
        new RawHttp(
            here.port(),
            "GET",
            "/filesystem-content-search/.?query=needle",
            List.of(),
            new byte[0])) {
      assertThat(search.answer(300).status()).isZero();
      here.close();
      assertThat(search.in().read()).isEqualTo(-1);
    }
  }

  @Test
  void uploadsThatAreNeverCompletedLeaveNothing() throws Exception {
    String begun = here.post("/filesystem-multipart/initiate/x", "{}").body();
    String id = begun.replaceAll(".*\"uploadId\":\"([^\"]+)\".*", "$1");
    here.upload("/filesystem-multipart/" + id + "/part?partNumber=1", new byte[100]);
    assertThat(uploads(id)).hasSize(1);

    here.close();
    assertThat(uploads(id)).isEmpty();
  }

  private static List<Path> uploads(String id) throws Exception {
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return all.filter(path -> path.getFileName().toString().startsWith("sandpiper-uploads-"))
          .filter(path -> Files.exists(path.resolve(id)))
          .toList();
    }
  }

  @Test
  void aPipeIsNotReadAndItsAnswerWaitsForAWriter() throws Exception {
    Path pipe = pipe("in");
    CompletableFuture<HttpResponse<byte[]>> reading =
        CompletableFuture.supplyAsync(() -> bytes(target(pipe)));
    assertThatThrownBy(() -> reading.get(500, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    try (OutputStream writer = Files.newOutputStream(pipe)) {
      assertThat(writer).isNotNull();
      HttpResponse<byte[]> answer = reading.get(10, TimeUnit.SECONDS);
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).asString(UTF_8).isEqualTo("seeker can't seek\n");
    }
  }

  private HttpResponse<byte[]> bytes(String target) {
    try {
      return here.bytes(target);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nobodyWaitsForAWriterOnceTheClientHasGone() throws Exception {
    Path pipe = pipe("in");
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
      String request = "GET " + target(pipe) + "?download=true HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(UTF_8));
      eventually(() -> isOpened(pipe));
    }
    eventually(() -> !isOpened(pipe));
  }

  private static boolean isOpened(Path pipe) {
    return ProcessHandle.current()
        .children()
        .anyMatch(child -> child.info().commandLine().orElse("").contains(pipe.toString()));
  }

  @Test
  void aBrokenUploadTakesTheFileWithIt() throws Exception {
    Path file = Files.writeString(here.home().resolve("precious"), "precious");
    String head =
        "PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5147\r\n".formatted(target(file))
            + "Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nnnn";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), here.port())) {
      socket.getOutputStream().write(head.getBytes(UTF_8));
      while (Files.exists(file) && Files.size(file) == 8) Thread.onSpinWait();
    }

    while (Files.exists(file)) Thread.onSpinWait();
    assertThat(file).doesNotExist();
  }

  @Test
  void theLogsAreWhereClientsLookForThem() throws Exception {
    Files.writeString(here.logs().resolve("p.stdout.log"), "out");

    assertThat(here.bytes("/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fp.stdout.log").body())
        .asString(UTF_8)
        .isEqualTo("out");
    assertThat(here.get("/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fnone").body())
        .isEqualTo("{\"error\":\"stat /var/log/sandbox-api/none: no such file or directory\"}");
  }

  @Test
  void whatLiesOutsideIsRefusedAlsoByALink() throws Exception {
    Files.createSymbolicLink(here.home().resolve("out"), Path.of("/etc"));

    assertThat(here.get("/filesystem/%2Fetc%2Fpasswd").statusCode()).isEqualTo(403);
    assertThat(here.get(target(here.home() + "/out/passwd")).statusCode()).isEqualTo(403);
    assertThat(here.get("/filesystem/%2Ftmp%2F..%2Fetc%2Fpasswd").statusCode()).isEqualTo(403);
    assertThat(here.put(target("/etc/sandpiper-test"), "{}").statusCode()).isEqualTo(403);
    assertThat(here.delete(target("/etc/hostname")).statusCode()).isEqualTo(403);
  }

  @Test
  void theDirectoriesThemselvesAreNotDeleted() throws Exception {
    Path keep = Files.writeString(here.home().resolve("keep"), "");

    assertThat(here.delete("/filesystem/?recursive=true").statusCode()).isEqualTo(403);
    assertThat(here.delete("/filesystem/%2Ftmp?recursive=true").statusCode()).isEqualTo(403);
    assertThat(keep).exists();
  }

  private Path pipe(String name) throws Exception {
    Path pipe = here.home().resolve(name);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    return pipe;
  }

  private HttpResponse<String> putUnchecked(String target, String json) {
    try {
      return here.put(target, json);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> uploadUnchecked(String target, byte[] content) {
    try {
      return here.upload(target, content);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
