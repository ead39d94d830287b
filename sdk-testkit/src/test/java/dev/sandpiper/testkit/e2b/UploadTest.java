package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.e2b.envd.Envd;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What others see of an upload, whole or not. */
class UploadTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  /** An upload whose body is written by hand. */
  private static Socket begin(TestSandbox sandbox, String file, String header, String body)
      throws IOException {
    URI edge = URI.create(sandbox.server().environment("E2B_SANDBOX_URL"));
    Socket socket = new Socket(edge.getHost(), edge.getPort());
    String head =
        String.join(
            "\r\n",
            "POST /files?path=" + file + " HTTP/1.1",
            "Host: localhost",
            "E2b-Sandbox-Id: " + sandbox.id(),
            "E2b-Sandbox-Port: " + Envd.PORT,
            "X-Access-Token: " + sandbox.token(),
            "Content-Type: application/octet-stream",
            header);
    socket.getOutputStream().write((head + "\r\n\r\n" + body).getBytes(ISO_8859_1));
    return socket;
  }

  private static void awaitContent(Path file, String content) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!Files.exists(file) || !Files.readString(file).equals(content)) {
      assertThat(System.nanoTime()).as("time to wait for " + content).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void aBrokenUploadLeavesWhatCame() throws Exception {
    TestSandbox sandbox = server.create();
    Path victim = Files.writeString(sandbox.home().resolve("victim"), "the old content, longer");
    String twenty = "only twenty bytes...";
    try (Socket socket = begin(sandbox, "victim", "Content-Length: 100", twenty)) {
      awaitContent(victim, twenty);
      assertThat(socket.isConnected()).isTrue();
    }
    HttpResponse<String> after = server.send(sandbox.request("/files?path=victim"));
    assertThat(after.body()).isEqualTo(twenty);
  }

  @Test
  void anUploadInPiecesIsSeenToGrow() throws Exception {
    TestSandbox sandbox = server.create();
    Path file = sandbox.home().resolve("grows");
    try (Socket socket = begin(sandbox, "grows", "Transfer-Encoding: chunked", "6\r\nfirst \r\n")) {
      awaitContent(file, "first ");
      socket.getOutputStream().write("6\r\nsecond\r\n".getBytes(ISO_8859_1));
      awaitContent(file, "first second");
    }
    assertThat(Files.readString(file)).isEqualTo("first second");
  }

  @Test
  void aFullDiskIsSaid() throws Exception {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "needs Linux");
    try {
      Files.writeString(full, "x");
    } catch (IOException e) {
      assertThat(GoErrors.isDiskFull(e)).isTrue();
      return;
    }
    throw new AssertionError("writing to /dev/full succeeded");
  }

  @Test
  void manyUploadsAtOnceAllArriveWhole() throws Exception {
    TestSandbox sandbox = server.create();
    ExecutorService executor = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String name = "many/" + i % 10 + "/" + i;
        answers.add(executor.submit(() -> upload(sandbox, name, name.repeat(1000))));
      }
      for (Future<Integer> answer : answers) assertThat(answer.get()).isEqualTo(200);
    } finally {
      executor.shutdownNow();
    }
    for (int i = 0; i < 100; i++) {
      String name = "many/" + i % 10 + "/" + i;
      assertThat(Files.readString(sandbox.home().resolve(name))).isEqualTo(name.repeat(1000));
    }
  }

  private int upload(TestSandbox sandbox, String name, String content) throws Exception {
    return server
        .send(
            sandbox
                .request("/files?path=" + name)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofByteArray(content.getBytes(UTF_8))))
        .statusCode();
  }

  @Test
  void aJoinedFileTakesItsPlaceAtOnce() throws Exception {
    TestSandbox sandbox = server.create();
    Path target = sandbox.home().resolve("target");
    assertThat(upload(sandbox, "target", "old")).isEqualTo(200);
    Object before = Files.getAttribute(target, "unix:ino");
    assertThat(upload(sandbox, "part", "new")).isEqualTo(200);
    HttpResponse<String> joined =
        sandbox.post("/files/compose", "{\"source_paths\":[\"part\"],\"destination\":\"target\"}");
    assertThat(joined.statusCode()).as(joined.body()).isEqualTo(200);
    assertThat(Files.readString(target)).isEqualTo("new");
    assertThat(Files.getAttribute(target, "unix:ino")).isNotEqualTo(before);
    assertThat(sandbox.home().toFile().list()).containsExactly("target");
  }

  @Test
  void joiningStaysInside() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(upload(sandbox, "part", "x")).isEqualTo(200);
    for (String body :
        new String[] {
          "{\"source_paths\":[\"/etc/passwd\"],\"destination\":\"x\"}",
          "{\"source_paths\":[\"part\"],\"destination\":\"/etc/sandpiper-outside\"}"
        }) {
      assertThat(sandbox.post("/files/compose", body).statusCode()).as(body).isEqualTo(403);
    }
    assertThat(Path.of("/etc/sandpiper-outside")).doesNotExist();
    assertThat(sandbox.home().resolve("part")).exists();
  }
}
