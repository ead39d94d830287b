package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Content;
import dev.sandpiper.FileInfo;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.E2bCodec;
import dev.sandpiper.e2b.E2bFileUrl;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.e2b.E2bSandbox;
import dev.sandpiper.e2b.E2bUrlOptions;
import dev.sandpiper.e2b.E2bWriteOptions;
import dev.sandpiper.e2b.PartsUploadOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a filesystem does on E2B beyond what it does everywhere. */
class FilesystemTest extends LocalE2bTest {
  private E2bFilesystem files;
  @TempDir Path directory;

  @BeforeEach
  void openFiles() {
    files = sandbox.files();
  }

  @Test
  void bothCodecsTellTheSame() {
    try (E2bClient other =
        E2bClient.builder().environment(local.e2bEnvironment()).codec(E2bCodec.JSON).build()) {
      E2bSandbox json = other.connect(sandbox.id());
      sandbox.shell("mkdir -p a/b; touch a/f; ln -s f a/l; chmod 600 a/f");
      assertThat(json.files().list("a", 2)).isEqualTo(files.list("a", 2)).hasSize(3);
      assertThat(json.files().makeDirectory("a/b")).isFalse();
      assertThat(json.files().makeDirectory("a/c/d")).isTrue();
      assertThat(json.files().move("a/f", "a/g").name()).isEqualTo("g");
      assertThat(json.files().delete("a")).isTrue();
      assertThat(json.files().delete("a")).isFalse();
      assertThatExceptionOfType(NotFoundException.class).isThrownBy(() -> json.files().stat("a"));
    }
  }

  @Test
  void metadataComesBackAndIsReplacedByTheNextWrite() {
    Map<String, String> metadata = Map.of("Author", "Ada", "note", "two words", "empty", "");
    E2bWriteOptions options = E2bWriteOptions.of(WriteOptions.inPlace()).metadata(metadata);
    files.write("f", Content.of("x"), options);
    Map<String, String> stored = new HashMap<>(files.stat("f").metadata());
    assertThat(stored).isIn(Map.of("author", "Ada", "note", "two words", "empty", ""), Map.of());
    assertThat(files.list(".").get(0).metadata()).isEqualTo(stored);
    assertThat(files.move("f", "g").metadata()).isEqualTo(stored);
    E2bWriteOptions atomic =
        E2bWriteOptions.of(WriteOptions.inPlace().atomic()).metadata(Map.of("a", "b"));
    files.write("g", Content.of("y"), atomic);
    assertThat(files.stat("g").metadata()).isIn(Map.of("a", "b"), Map.of());
    files.write("g", Content.of("z"));
    assertThat(files.stat("g").metadata()).isEmpty();
  }

  @Test
  void gzipOnTheWayChangesNothing() {
    byte[] bytes = "all work and no play\n".repeat(50_000).getBytes(UTF_8);
    files.write("f", Content.of(bytes), E2bWriteOptions.of(WriteOptions.inPlace()).gzip());
    assertThat(files.readBytes("f")).isEqualTo(bytes);
  }

  @Test
  void severalFilesGoInOneRequest() {
    Map<String, Content> several = new LinkedHashMap<>();
    several.put("new/a", Content.of("1"));
    several.put("quote\"back\\slash \u00fc", Content.of(new byte[100_000]));
    several.put("c", Content.of(new ByteArrayInputStream(new byte[0])));
    files.writeAll(several, E2bWriteOptions.of(WriteOptions.inPlace()).gzip());
    assertThat(files.readText("new/a")).isEqualTo("1");
    assertThat(files.readBytes("quote\"back\\slash \u00fc")).hasSize(100_000);
    assertThat(files.stat("c").size()).isZero();
    E2bWriteOptions plain = E2bWriteOptions.of(WriteOptions.inPlace());
    files.writeAll(Map.of(), plain);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.writeAll(Map.of("a\nb", Content.of("")), plain));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                files.writeAll(
                    Map.of("a", Content.of("")),
                    E2bWriteOptions.of(WriteOptions.inPlace().atomic())));
    Map<String, Content> halfBad = new LinkedHashMap<>();
    halfBad.put("good", Content.of("1"));
    halfBad.put("c/below", Content.of("2"));
    assertRefused(() -> files.writeAll(halfBad, plain), "some of the files may have been written");
    assertThat(files.exists("good")).isTrue();
  }

  @Test
  void aFileGoesInPartsAndKeepsItsMode() throws IOException {
    byte[] bytes = new byte[(20 << 20) + 7];
    new Random(5).nextBytes(bytes);
    Path source = Files.write(directory.resolve("f"), bytes);
    sandbox.shell("echo old > f; chmod 600 f");
    List<TransferProgress> heard = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    files.uploadInParts(
        source,
        "f",
        PartsUploadOptions.parallel(4)
            .listener(
                progress -> {
                  heard.add(progress);
                  threads.add(Thread.currentThread());
                }));
    assertThat(heard.get(heard.size() - 1).bytes()).isEqualTo(bytes.length);
    assertThat(threads).containsOnly(Thread.currentThread());
    Path copy = directory.resolve("copy");
    files.download("f", copy);
    assertThat(Files.mismatch(source, copy)).isEqualTo(-1);
    assertThat(files.stat("f").mode()).isEqualTo(0600);
    sandbox.shell("mkdir d");
    assertRefused(
        () -> files.uploadInParts(source, "d", PartsUploadOptions.parallel(4)),
        "not a regular file");
    assertRefused(
        () -> files.uploadInParts(source, "f/below", PartsUploadOptions.parallel(4)), "is a file");
    assertThat(files.list(".")).extracting(FileInfo::name).containsExactly("d", "f");
    assertThatIllegalArgumentException().isThrownBy(() -> PartsUploadOptions.parallel(17));
  }

  @Test
  void signedUrlsReadAndWriteOneFile() throws Exception {
    files.write("a b+c", Content.of("secret"));
    E2bFileUrl down = files.downloadUrl("a b+c", E2bUrlOptions.unlimited());
    assertThat(send("GET", down, "").body()).isEqualTo("secret");
    assertThat(send("POST", down, "x").statusCode()).isEqualTo(401);
    E2bFileUrl up = files.uploadUrl("a b+c", E2bUrlOptions.expiringIn(Duration.ofMinutes(1)));
    assertThat(send("POST", up, "written").statusCode()).isEqualTo(200);
    assertThat(files.readText("a b+c")).isEqualTo("written");
    assertThat(up.expires()).isPresent();
    E2bFileUrl user =
        files.downloadUrl("a b+c", E2bUrlOptions.expiringIn(Duration.ofMinutes(1)).user("root"));
    assertThat(send("GET", user, "").body()).isEqualTo("written");
    String forged = down.uri().toString().replace("a%20b", "other");
    E2bFileUrl other = new E2bFileUrl(URI.create(forged), down.headers(), down.expires());
    assertThat(send("GET", other, "").statusCode()).isEqualTo(401);
    assertThat(down.toString() + up).doesNotContain("signature").doesNotContain("a%20b");
  }

  @Test
  void anExpiredUrlIsOver() throws Exception {
    files.write("f", Content.of("secret"));
    E2bFileUrl url = files.downloadUrl("f", E2bUrlOptions.expiringIn(Duration.ZERO));
    await("the next second but one", () -> send("GET", url, "").statusCode() == 401);
  }

  private static HttpResponse<String> send(String method, E2bFileUrl url, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url.uri())
            .header("Content-Type", "application/octet-stream")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    url.headers().forEach(request::header);
    try {
      return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertRefused(ThrowingCallable call, String says) {
    assertThatThrownBy(call).isInstanceOf(InvalidRequestException.class).hasMessageContaining(says);
  }
}
