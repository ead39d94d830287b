package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProcessInputTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  @Test
  void streamedInputArrivesWhileTheRequestIsOpenAndItsErrorsWhenItEnds() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
            sandbox.stream("/process.Process/Start", TestSandbox.shellRequest("exec cat", true));
        ChunkedRequest request = new ChunkedRequest(sandbox, "/process.Process/StreamInput")) {
      long pid = events.pid();
      request.message("{\"start\":{\"process\":{\"pid\":%d}}}".formatted(pid));
      request.message("{\"data\":{\"input\":{\"stdin\":\"b25l\"}}}");
      assertThat(events.next()).isEqualTo("stdout one");
      sandbox.call(
          "/process.Process/SendSignal",
          "{\"process\":{\"pid\":%d},\"signal\":\"SIGNAL_SIGKILL\"}".formatted(pid));
      events.rest();
      request.message("{\"data\":{\"input\":{\"stdin\":\"dHdv\"}}}");
      sandbox.call("/process.Process/List", "{}");
      assertThat(request.isAnswered()).isFalse();
      assertThat(request.end()).contains("\"code\":\"internal\"", "write |1: file already closed");
    }
  }

  @Test
  void oneMessageMayHoldMegabytes() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events =
        sandbox.stream("/process.Process/Start", TestSandbox.shellRequest("wc -c", true))) {
      String process = "{\"process\":{\"pid\":%d}".formatted(events.pid());
      sandbox.call(
          "/process.Process/SendInput",
          process + ",\"input\":{\"stdin\":\"" + "eHh4".repeat(1_000_000) + "\"}}");
      sandbox.call("/process.Process/CloseStdin", process + "}");
      assertThat(events.next()).isEqualTo("stdout 3000000");
    }
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
