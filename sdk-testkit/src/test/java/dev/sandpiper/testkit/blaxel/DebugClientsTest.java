package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.testing.FreePort;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A sandbox for clients that know neither the gateway nor a token, and who else gets in. */
class DebugClientsTest {
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> send(int port, String target, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + target))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) request.headers(headers);
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** For a header that an HTTP client does not let through. */
  private static String raw(int port, String... lines) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String head = String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  @Test
  void commandsRunWithoutATokenAndWithoutAPrefix() throws Exception {
    int port = FreePort.any();
    LocalSandboxes.Builder builder =
        LocalSandboxes.builder().blaxelImages(Set.of("mine")).blaxelDebugClients(port);
    try (LocalSandboxes local = builder.start()) {
      String run = "{\"command\":\"echo $BL_NAME\",\"waitForCompletion\":true}";
      HttpResponse<String> answer = send(port, "/process", run);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("\"logs\":\"debug-sandbox\\n\"");
      URI slash = URI.create("http://localhost:" + port + "/process/");
      HttpResponse<String> redirect =
          client.send(HttpRequest.newBuilder(slash).build(), BodyHandlers.ofString());
      assertThat(redirect.headers().firstValue("Location")).hasValue("/process");
      assertThat(local.blaxelEnvironment()).containsKey("BL_API_KEY");
      assertThatThrownBy(builder::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining(Integer.toString(port));
    }
  }

  @Test
  void pagesFromElsewhereAndForeignHostsStayOutside() throws Exception {
    int port = FreePort.any();
    LocalSandboxes.Builder builder = LocalSandboxes.builder().wideCors().blaxelDebugClients(port);
    try (LocalSandboxes local = builder.start()) {
      assertThat(send(port, "/process", "{}", "Origin", "https://example.com").statusCode())
          .isEqualTo(403);
      assertThat(send(port, "/process", "{}", "Sec-Fetch-Site", "cross-site").statusCode())
          .isEqualTo(403);
      assertThat(raw(port, "GET /health HTTP/1.1", "Host: evil.example"))
          .startsWith("HTTP/1.1 403");
      assertThat(local.blaxelEnvironment()).containsKey("BL_API_KEY");
    }
  }

  @Test
  void theWholeHostMustBeMeant() throws Exception {
    int port = FreePort.any();
    assertThatThrownBy(() -> LocalSandboxes.builder().blaxelDebugClients(port).wholeHost().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("blaxelWholeHostForDebugClients()");
    LocalSandboxes.builder()
        .blaxelDebugClients(port)
        .wholeHost()
        .blaxelWholeHostForDebugClients()
        .start()
        .close();
    assertThatThrownBy(() -> LocalSandboxes.builder().blaxelDebugClients(0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
