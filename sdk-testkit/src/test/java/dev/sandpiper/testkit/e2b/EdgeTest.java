package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.testing.FreePort;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EdgeTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  @Test
  void anUnknownSandboxIsABadGateway() throws Exception {
    HttpResponse<String> response = server.send(new TestSandbox(server, "none", null).request("/"));
    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(response.body())
        .isEqualTo(
            "{\"sandboxId\":\"none\",\"message\":\"The sandbox was not found\",\"code\":502}");
  }

  @Test
  void routingHeadersAreDemanded() throws Exception {
    assertThat(server.send(server.edge("/")).body()).isEqualTo("Invalid host\n");
    assertThat(server.send(server.edge("/").header("E2b-Sandbox-Id", "x")).body())
        .isEqualTo("missing header\n");
    HttpResponse<String> bad =
        server.send(
            server.edge("/").header("E2b-Sandbox-Id", "x").header("E2b-Sandbox-Port", "http"));
    assertThat(bad.statusCode()).isEqualTo(400);
  }

  @Test
  void aHostNamesPortAndSandbox() throws Exception {
    TestSandbox sandbox = server.create();
    String token = "X-Access-Token: " + sandbox.token();
    String answer = get("/files?path=none", "49983-" + sandbox.id() + ".localhost:80", token);
    assertThat(answer).startsWith("HTTP/1.1 404 ").contains("path '", "none' does not exist");
    assertThat(get("/health", "49983-none.localhost", token)).startsWith("HTTP/1.1 502 ");
    for (String foreign :
        List.of("49983-" + sandbox.id() + ".localhost.evil.example", "a.localhost")) {
      assertThat(get("/health", foreign, token)).as(foreign).startsWith("HTTP/1.1 403 ");
    }
  }

  private String get(String target, String host, String header) throws IOException {
    return RawRequest.get(server.environment("E2B_SANDBOX_URL"), target, "Host: " + host, header);
  }

  @Test
  void aSignedUrlNamesTheSandboxWhoseTokenMadeIt() throws Exception {
    List<TestSandbox> sandboxes = List.of(server.create(), server.create());
    for (TestSandbox sandbox : sandboxes) {
      Files.writeString(sandbox.home().resolve("who"), sandbox.id());
    }
    for (TestSandbox sandbox : sandboxes) {
      String url = signed(sandbox, "read", "");
      assertThat(server.send(server.edge(url)).body()).isEqualTo(sandbox.id());
      HttpResponse<String> write =
          server.send(server.edge(url).POST(BodyPublishers.ofString("other")));
      assertThat(write.statusCode()).isEqualTo(401);
      HttpResponse<String> old = server.send(server.edge(signed(sandbox, "read", "1000000000")));
      assertThat(old.statusCode()).isEqualTo(401);
      assertThat(old.body()).contains("signature is already expired");
    }
    HttpResponse<String> forged =
        server.send(server.edge(signed(sandboxes.get(0), "read", "").replace("v1_", "v1_A")));
    assertThat(forged.body()).isEqualTo("Invalid host\n");
  }

  private static String signed(TestSandbox sandbox, String operation, String expiration) {
    String text = String.join(":", "who", operation, "", sandbox.token());
    String until = expiration.isEmpty() ? "" : "&signature_expiration=" + expiration;
    if (!expiration.isEmpty()) text += ":" + expiration;
    String hash = Base64.getEncoder().withoutPadding().encodeToString(Secrets.sha256(text));
    return "/files?path=who&signature=v1_" + URLEncoder.encode(hash, UTF_8) + until;
  }

  @Test
  void internalPathsAreNotThere() throws Exception {
    HttpResponse<String> response =
        server.send(server.create().request("/init").POST(BodyPublishers.ofString("{}")));
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("\"path\":\"/init\"");
  }

  @Test
  void aPortIsForwardedBothWays() throws Exception {
    try (MockWebServer target = new MockWebServer()) {
      target.enqueue(
          new MockResponse.Builder()
              .code(201)
              .addHeader("X-Own", "kept")
              .chunkedBody("answer", 2)
              .build());
      target.start();
      HttpResponse<String> response =
          server.send(
              server
                  .create()
                  .request("/a?b=%2F", target.getPort())
                  .POST(BodyPublishers.ofString("hello")));
      assertThat(response.statusCode()).isEqualTo(201);
      assertThat(response.body()).isEqualTo("answer");
      assertThat(response.headers().firstValue("X-Own")).hasValue("kept");
      RecordedRequest forwarded = target.takeRequest();
      assertThat(forwarded.getTarget()).isEqualTo("/a?b=%2F");
      assertThat(String.valueOf(forwarded.getBody())).contains("hello");
    }
  }

  @Test
  void aPortWithoutListenerIsABadGatewayThatNamesIt() throws Exception {
    int free = FreePort.any();
    HttpResponse<String> response = server.send(server.create().request("/", free));
    assertThat(response.statusCode()).isEqualTo(502);
    assertThat(response.body()).contains("\"port\":" + free, "port is not open");
  }

  @Test
  void killingASandboxBreaksItsStreamsWithoutAnEnd() throws Exception {
    TestSandbox sandbox = server.create();
    try (EventStream events = sandbox.shell("echo ready; sleep 60")) {
      events.pid();
      assertThat(events.next()).isEqualTo("stdout ready");
      assertThat(server.control("DELETE", "/sandboxes/" + sandbox.id(), "").statusCode())
          .isEqualTo(204);
      assertThatThrownBy(events::next).isInstanceOf(IOException.class);
    }
  }
}
