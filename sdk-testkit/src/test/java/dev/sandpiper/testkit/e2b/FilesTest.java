package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FilesTest {
  private static final long GIBIBYTE = 1L << 30;

  @RegisterExtension final LocalServer server = new LocalServer();

  private static HttpRequest.Builder octets(TestSandbox sandbox, String path, byte[] content) {
    return sandbox
        .request("/files?path=" + URLEncoder.encode(path, UTF_8))
        .header("Content-Type", "application/octet-stream")
        .POST(BodyPublishers.ofByteArray(content));
  }

  private HttpResponse<String> read(TestSandbox sandbox, String path) throws Exception {
    return server.send(sandbox.request("/files?path=" + URLEncoder.encode(path, UTF_8)));
  }

  @Test
  void aFileGoesInAndComesOut() throws Exception {
    TestSandbox sandbox = server.create();
    HttpResponse<String> written = server.send(octets(sandbox, "a/b.txt", "hi".getBytes(UTF_8)));
    assertThat(written.body())
        .isEqualTo(
            "[{\"name\":\"b.txt\",\"path\":\"%s/a/b.txt\",\"type\":\"file\"}]"
                .formatted(sandbox.seen()));
    assertThat(read(sandbox, "a/b.txt").body()).isEqualTo("hi");
  }

  @Test
  void theDirectoryForTemporaryFilesIsWhereCommandsSeeIt() throws Exception {
    TestSandbox sandbox = server.create();
    String path = "/tmp/" + Secrets.watcherId();
    try {
      assertThat(server.send(octets(sandbox, path, "hi".getBytes(UTF_8))).statusCode())
          .isEqualTo(200);
      assertThat(Path.of(path)).hasContent("hi");
      assertThat(read(sandbox, path).body()).isEqualTo("hi");
    } finally {
      Files.delete(Path.of(path));
    }
    for (String call : List.of("Remove", "Move")) {
      HttpResponse<String> refusal =
          sandbox.post(
              "/filesystem.Filesystem/" + call,
              "{\"path\":\"/tmp\",\"source\":\"/tmp\",\"destination\":\"x\"}");
      assertThat(refusal.statusCode()).as(refusal.body()).isEqualTo(403);
      assertThat(refusal.body()).contains("does not move or remove '/tmp' itself");
    }
  }

  @Test
  void whatLiesOutsideIsRefusedAlsoThroughLinks() throws Exception {
    TestSandbox sandbox = server.create();
    Files.createSymbolicLink(sandbox.home().resolve("etc"), Path.of("/etc"));
    Files.createSymbolicLink(sandbox.home().resolve("new"), Path.of("/etc/sandpiper-not-there"));
    for (String path :
        new String[] {
          "/etc/passwd", "etc/passwd", "../../../../../../etc/passwd", "/proc/self/environ"
        }) {
      HttpResponse<String> response = read(sandbox, path);
      assertThat(response.statusCode()).as(path).isEqualTo(403);
      assertThat(response.body()).contains("neither in this sandbox's directory");
      assertThat(server.send(octets(sandbox, path, new byte[1])).statusCode()).isEqualTo(403);
    }
    assertThat(server.send(octets(sandbox, "new", new byte[1])).statusCode()).isEqualTo(403);
    assertThat(Path.of("/etc/sandpiper-not-there")).doesNotExist();
    assertThat(
            sandbox.post("/filesystem.Filesystem/Stat", "{\"path\":\"/etc/passwd\"}").statusCode())
        .isEqualTo(403);
  }

  @Test
  void aSignatureReplacesTheToken() throws Exception {
    TestSandbox sandbox = server.create();
    server.send(octets(sandbox, "a.txt", "signed".getBytes(UTF_8)));
    long later = Instant.now().getEpochSecond() + 60;
    String signed = "a.txt:read:user:" + sandbox.token() + ":" + later;
    String query = "/files?path=a.txt&username=user&signature=" + signature(signed);
    assertThat(anonymous(sandbox, query + "&signature_expiration=" + later).body())
        .isEqualTo("signed");
    assertThat(anonymous(sandbox, query).body())
        .isEqualTo("{\"code\":401,\"message\":\"invalid signature\"}\n");
    String expired = "a.txt:read::" + sandbox.token() + ":1700000000";
    assertThat(
            anonymous(
                    sandbox,
                    "/files?path=a.txt&signature_expiration=1700000000&signature="
                        + signature(expired))
                .body())
        .isEqualTo("{\"code\":401,\"message\":\"signature is already expired\"}\n");
  }

  private static String signature(String signed) {
    return URLEncoder.encode(
        "v1_" + Base64.getEncoder().withoutPadding().encodeToString(Secrets.sha256(signed)), UTF_8);
  }

  private HttpResponse<String> anonymous(TestSandbox sandbox, String target) throws Exception {
    return server.send(new TestSandbox(server, sandbox.id(), null).request(target));
  }

  @Test
  void aGibibyteGoesInAndComesOutInLittleMemory() throws Exception {
    TestSandbox sandbox = server.create();
    HttpRequest.Builder upload =
        sandbox
            .request("/files?path=large")
            .header("Content-Type", "application/octet-stream")
            .POST(BodyPublishers.ofInputStream(() -> new Pattern(GIBIBYTE)));
    assertThat(server.send(upload).statusCode()).isEqualTo(200);
    HttpResponse<InputStream> download = server.open(sandbox.request("/files?path=large"));
    assertThat(download.headers().firstValue("Content-Length")).hasValue(Long.toString(GIBIBYTE));
    try (InputStream in = download.body()) {
      assertThat(checksum(in)).isEqualTo(checksum(new Pattern(GIBIBYTE)));
    }
  }

  @Test
  void aLargePartOfAFormIsCutOnlyAtItsBoundary() throws Exception {
    TestSandbox sandbox = server.create();
    String tricky = "\r\n--bound\r\n--boundar\r\r\n-".repeat(20_000);
    String form =
        "--boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n"
            + tricky
            + "\r\n--boundary--\r\n";
    HttpResponse<String> response =
        server.send(
            sandbox
                .request("/files")
                .header("Content-Type", "multipart/form-data; boundary=boundary")
                .POST(BodyPublishers.ofString(form)));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(Files.readString(sandbox.home().resolve("f"))).isEqualTo(tricky);
  }

  private static long checksum(InputStream in) throws IOException {
    CRC32 sum = new CRC32();
    byte[] buffer = new byte[64 * 1024];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      sum.update(buffer, 0, count);
    }
    return sum.getValue();
  }

  /** Many bytes, none of them in memory. */
  private static final class Pattern extends InputStream {
    private long left;

    Pattern(long length) {
      left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 'p' : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (left <= 0) return -1;
      int count = (int) Math.min(length, left);
      Arrays.fill(bytes, offset, offset + count, (byte) 0x70);
      left -= count;
      return count;
    }
  }
}
