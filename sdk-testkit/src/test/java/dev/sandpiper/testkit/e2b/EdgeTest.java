package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
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
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
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
