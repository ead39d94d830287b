package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.machine.ProcessFamily;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for one test, spoken to with a plain HTTP client. After the test it is closed, and
 * nothing may be left of it: no process, no thread.
 */
final class LocalServer implements BeforeEachCallback, AfterEachCallback {
  static final ObjectMapper json = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<String> created = new ArrayList<>();
  private final LocalSandboxes.Builder builder;
  private LocalSandboxes sandboxes;

  LocalServer() {
    this(LocalSandboxes.builder());
  }

  LocalServer(LocalSandboxes.Builder builder) {
    this.builder = builder;
    this.sandboxes = builder.start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    sandboxes.close();
    sandboxes = builder.start();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    sandboxes.close();
    for (String id : created) assertThat(members(id)).isEmpty();
    assertThat(threads()).isEmpty();
  }

  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(ServerThreads.PREFIX))
        .toList();
  }

  LocalSandboxes sandboxes() {
    return sandboxes;
  }

  String environment(String name) {
    return String.valueOf(sandboxes.e2bEnvironment().get(name));
  }

  /** A sandbox with a token. */
  TestSandbox create() throws IOException, InterruptedException {
    return create("{\"templateID\":\"base\",\"timeout\":600,\"secure\":true}");
  }

  TestSandbox create(String body) throws IOException, InterruptedException {
    HttpResponse<String> response = control("POST", "/sandboxes", body);
    assertThat(response.statusCode()).isEqualTo(201);
    JsonNode tree = json.readTree(response.body());
    String id = tree.path("sandboxID").asText();
    created.add(id);
    TestSandbox sandbox = new TestSandbox(this, id, tree.path("envdAccessToken").asText(null));
    ObjectNode stat = sandbox.call("/filesystem.Filesystem/Stat", "{}");
    String seen = stat.at("/entry/path").asText();
    return sandbox.withHome(HostHome.of(id, seen), seen);
  }

  HttpResponse<String> control(String method, String target, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(environment("E2B_API_URL") + target))
            .header("X-API-KEY", environment("E2B_API_KEY"))
            .method(method, BodyPublishers.ofString(body));
    if (headers.length > 0) request.headers(headers);
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** A request to the edge, without any header of its own. */
  HttpRequest.Builder edge(String target) {
    return HttpRequest.newBuilder(URI.create(environment("E2B_SANDBOX_URL") + target));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<InputStream> open(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofInputStream());
  }

  /** The processes of a sandbox, found by the variable that all of them inherit. */
  static List<ProcessHandle> members(String sandboxId) {
    return new ProcessFamily("E2B_SANDBOX_ID", sandboxId, List::of).handles();
  }
}
