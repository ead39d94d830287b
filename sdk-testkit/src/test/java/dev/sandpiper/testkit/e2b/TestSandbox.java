package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.envd.Envd;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sandbox of a test's server, and the requests that tests send to it.
 *
 * @param home its directory
 * @param seen where its commands see that
 */
record TestSandbox(LocalServer server, String id, @Nullable String token, Path home, String seen) {
  TestSandbox(LocalServer server, String id, @Nullable String token) {
    this(server, id, token, Path.of("/"), "/");
  }

  TestSandbox withHome(Path home, String seen) {
    return new TestSandbox(server, id, token, home, seen);
  }

  HttpRequest.Builder request(String target) {
    return request(target, Envd.PORT);
  }

  HttpRequest.Builder request(String target, int port) {
    HttpRequest.Builder request =
        server
            .edge(target)
            .header("E2b-Sandbox-Id", id)
            .header("E2b-Sandbox-Port", Integer.toString(port));
    if (token != null) request.header("X-Access-Token", token);
    return request;
  }

  /** A unary call that succeeds. */
  ObjectNode call(String method, String body) throws IOException, InterruptedException {
    HttpResponse<String> response = post(method, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return (ObjectNode) LocalServer.json.readTree(response.body());
  }

  HttpResponse<String> post(String method, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(method)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) request.headers(headers);
    return server.send(request);
  }

  /** A stream that has begun. The caller closes it. */
  EventStream stream(String method, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(method)
            .header("Content-Type", "application/connect+json")
            .POST(BodyPublishers.ofByteArray(envelope(body)));
    if (headers.length > 0) request.headers(headers);
    HttpResponse<InputStream> response = server.open(request);
    assertThat(response.statusCode()).isEqualTo(200);
    return new EventStream(response.body());
  }

  /** Starts a shell command that takes no input. */
  EventStream shell(String script, String... headers) throws IOException, InterruptedException {
    return stream("/process.Process/Start", shellRequest(script, false), headers);
  }

  static String shellRequest(String script, boolean stdin) {
    ObjectNode request = LocalServer.json.createObjectNode();
    request.putObject("process").put("cmd", "/bin/bash").putArray("args").add("-c").add(script);
    return request.put("stdin", stdin).toString();
  }

  /** Runs a shell command to its end. */
  List<String> run(String script, String... headers) throws IOException, InterruptedException {
    try (EventStream events = shell(script, headers)) {
      return events.rest();
    }
  }

  static byte[] envelope(String message) {
    byte[] bytes = message.getBytes(UTF_8);
    return ByteBuffer.allocate(5 + bytes.length)
        .put((byte) 0)
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }
}
