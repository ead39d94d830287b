package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProcessInputTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  @Test
  void streamedInputArrivesWhileTheRequestIsOpenAndItsErrorsWhenItEnds() throws Exception {
    TestSandbox sandbox = server.create();
    PipedOutputStream request = new PipedOutputStream();
    try (EventStream events =
        sandbox.stream("/process.Process/Start", TestSandbox.shellRequest("exec cat", true))) {
      long pid = events.pid();
      CompletableFuture<HttpResponse<InputStream>> response = streamInput(sandbox, request);
      request.write(envelope("{\"start\":{\"process\":{\"pid\":%d}}}".formatted(pid)));
      request.write(envelope("{\"data\":{\"input\":{\"stdin\":\"b25l\"}}}"));
      request.flush();
      assertThat(events.next()).isEqualTo("stdout one");
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGKILL\"}".formatted(pid));
      events.rest();
      request.write(envelope("{\"data\":{\"input\":{\"stdin\":\"dHdv\"}}}"));
      request.flush();
      assertThat(response).isNotDone();
      request.close();
      try (EventStream answer = new EventStream(response.get().body())) {
        assertThat(answer.next())
            .contains("\"code\":\"internal\"", "write |1: file already closed");
      }
    }
  }

  private static byte[] envelope(String message) {
    return TestSandbox.envelope(message);
  }

  private CompletableFuture<HttpResponse<InputStream>> streamInput(
      TestSandbox sandbox, PipedOutputStream request) throws Exception {
    PipedInputStream body = new PipedInputStream(request);
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return server.open(
                sandbox
                    .request("/process.Process/StreamInput")
                    .header("Content-Type", "application/connect+json")
                    .POST(BodyPublishers.ofInputStream(() -> body)));
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }

  @Test
  void aFullPipeHoldsUpTheCallPastItsTimeout() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        sandbox.stream("/process.Process/Start", TestSandbox.shellRequest("exec sleep 60", true))) {
      long pid = events.pid();
      String input =
          "{\"process\":{\"pid\":%d},\"input\":{\"stdin\":\"%s\"}}"
              .formatted(pid, "eHh4".repeat(30_000));
      CompletableFuture<HttpResponse<String>> blocked =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return sandbox.post(
                      "/process.Process/SendInput", input, "Connect-Timeout-Ms", "100");
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      Thread.sleep(400);
      assertThat(blocked).isNotDone();
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGKILL\"}".formatted(pid));
      assertThat(blocked.get().body()).contains("\"code\":\"internal\"", "error writing to stdin");
    }
  }
}
