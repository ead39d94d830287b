package dev.sandpiper.testkit.blaxel;

import static dev.sandpiper.testkit.blaxel.LocalBlaxel.eventually;
import static dev.sandpiper.testkit.blaxel.LocalBlaxelSandbox.command;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.process.Limits;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the server does wrong when it is asked to, and does not when it is not. */
class FaultsTest {
  private static final Limits HASTY =
      new Limits(32 << 20, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofMillis(300));

  @RegisterExtension final LocalBlaxel blaxel;

  FaultsTest() throws IOException {
    blaxel = new LocalBlaxel(BlaxelOptions.standard(), HASTY);
  }

  /** A sandbox of a server that does this wrong, and no other any more. */
  private LocalBlaxelSandbox with(BlaxelFault... faults) throws Exception {
    blaxel.restart(BlaxelOptions.with(Set.of(faults)), HASTY);
    return blaxel.create();
  }

  private static HttpRequest.Builder streamed(LocalBlaxelSandbox sandbox, ObjectNode process) {
    return sandbox
        .request("POST", "/process", process.toString())
        .header("Accept", "text/event-stream");
  }

  private long millisForEightPieces(LocalBlaxelSandbox sandbox) throws Exception {
    long start = System.nanoTime();
    String script = "head -c 40960 /dev/zero | tr '\\0' x; sleep 60";
    HttpResponse<InputStream> stream = blaxel.open(streamed(sandbox, command(script)));
    stream.body().readNBytes(32 * 1024);
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  @Test
  void theThrottleLetsAPieceThroughEvery50Milliseconds() throws Exception {
    long throttled = millisForEightPieces(with(BlaxelFault.THROTTLE));
    assertThat(throttled).isGreaterThanOrEqualTo(300);
    LocalBlaxelSandbox free = with();
    eventually(() -> millisForEightPieces(free) < throttled);
  }

  /** More than the sockets hold. */
  private static final String MUCH = "head -c 30000000 /dev/zero | tr '\\0' x; sleep 60";

  private static boolean isAllWritten(LocalBlaxelSandbox sandbox) throws Exception {
    String last = "/filesystem/%2Fvar%2Flog%2Fsandbox-api%2Fchatty.stdout.log?download=true";
    HttpRequest.Builder request = sandbox.request("GET", last, "");
    return sandbox.server().send(request.header("Range", "bytes=29999999-")).statusCode() == 206;
  }

  @Test
  void aSlowReaderStopsTheProcessApiAndAHangingStartHasStarted() throws Exception {
    LocalBlaxelSandbox sandbox = with(BlaxelFault.SLOW_READER_FREEZES);
    Path mark = Path.of(sandbox.run("pwd").path("stdout").asText().strip(), "mark");
    InputStream unread = blaxel.open(streamed(sandbox, command(MUCH).put("name", "chatty"))).body();
    eventually(() -> isAllWritten(sandbox));
    CompletableFuture<HttpResponse<String>> look = hanging(sandbox, "GET", "/process/chatty", "");
    CompletableFuture<HttpResponse<String>> start =
        hanging(sandbox, "POST", "/process", command("touch " + mark).toString());
    assertThat(mark).exists();
    assertThat(sandbox.get("/health").statusCode()).isEqualTo(200);
    assertThat(sandbox.get("/filesystem/~").statusCode()).isEqualTo(200);

    unread.close();
    assertThat(start.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(look.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  /** Sends a request until one is not answered. */
  private static CompletableFuture<HttpResponse<String>> hanging(
      LocalBlaxelSandbox sandbox, String method, String path, String body) throws Exception {
    while (true) {
      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(() -> sent(sandbox, method, path, body));
      try {
        HttpResponse<String> unused = answer.get(300, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        return answer;
      }
    }
  }

  private static HttpResponse<String> sent(
      LocalBlaxelSandbox sandbox, String method, String path, String body) {
    try {
      return sandbox.send(method, path, body);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSlowReaderIsNobodysBusinessElse() throws Exception {
    LocalBlaxelSandbox sandbox = with();
    try (InputStream unread =
        blaxel.open(streamed(sandbox, command(MUCH).put("name", "chatty"))).body()) {
      eventually(() -> isAllWritten(sandbox));
      assertThat(sandbox.process("chatty").path("status").asText()).isEqualTo("running");
      assertThat(sandbox.run("echo hi").path("stdout").asText()).isEqualTo("hi\n");
      sandbox.json("DELETE", "/process/chatty/kill", "");
      eventually(() -> !sandbox.process("chatty").path("completedAt").asText("").isEmpty());
      assertThat(unread.read()).isEqualTo('{');
    }
  }

  @Test
  void aStreamThatWasLeftTellsOthersThatItLives() throws Exception {
    LocalBlaxelSandbox sandbox = with(BlaxelFault.LEFT_BEHIND_POISONS);
    InputStream left = blaxel.open(streamed(sandbox, command("echo up; sleep 60"))).body();
    assertThat(left.read()).isEqualTo('{');
    left.close();

    HttpResponse<String> innocent =
        sandbox.send(
            "POST",
            "/process",
            command("sleep 1; echo fine").put("waitForCompletion", true).toString());
    assertThat(innocent.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(innocent.body())
        .startsWith("{\"type\":\"stdout\",\"data\":\"[keepalive]\\n\"}\n")
        .contains("\n{\"pid\":");
  }

  @Test
  void aStreamAsItIsDocumented() throws Exception {
    LocalBlaxelSandbox sandbox = with(BlaxelFault.DOCUMENTED_SSE);
    HttpResponse<String> response =
        blaxel.send(streamed(sandbox, command("printf 'a\\nb\\n'; echo e >&2; exit 3")));

    assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
    assertThat(response.body())
        .startsWith("event: stdout\ndata: a\ndata: b\ndata: \n\nevent: stderr\ndata: e\ndata: \n\n")
        .contains("event: result\ndata: {\"pid\":")
        .contains("\"exitCode\":3")
        .endsWith("}\n\n");
  }

  @Test
  void aRefusalAsItIsDocumented() throws Exception {
    LocalBlaxelSandbox sandbox = with(BlaxelFault.DOCUMENTED_SSE);
    HttpResponse<String> response =
        blaxel.send(streamed(sandbox, command("ls").put("workingDir", "/no/such/dir")));

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(response.body())
        .isEqualTo(
            "event: error\ndata: {\"error\":\"failed to start process: could not execute command"
                + " 'ls' because folder '/no/such/dir' does not exist\"}\n\n");
  }
}
