package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sandpiper.testkit.blaxel.process.Limits;
import dev.sandpiper.testkit.http.Listening;
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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A server for one test, spoken to with a plain HTTP client. After the test it is closed, and
 * nothing may be left of it: no process, no thread.
 */
final class LocalBlaxel implements BeforeEachCallback, AfterEachCallback {
  static final ObjectMapper json = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final BlaxelOptions options;
  private final Limits limits;
  private BlaxelServer server;

  LocalBlaxel() throws IOException {
    this(BlaxelOptions.standard(), Limits.REAL);
  }

  LocalBlaxel(BlaxelOptions options, Limits limits) throws IOException {
    this.options = options;
    this.limits = limits;
    server = BlaxelServer.start(options, limits, Listening.inTheClear());
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    restart(options, limits);
  }

  /** Serves otherwise from now on; what there was is gone. */
  void restart(BlaxelOptions other, Limits otherLimits) throws IOException {
    server.close();
    server = BlaxelServer.start(other, otherLimits, Listening.inTheClear());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    closeAndCheck();
  }

  void closeAndCheck() {
    server.close();
    for (String key : keys) {
      assertThat(new ProcessFamily("SANDPIPER_SANDBOX_ID", key, List::of).handles()).isEmpty();
    }
    assertThat(threads()).isEmpty();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(ServerThreads.PREFIX))
        .toList();
  }

  BlaxelServer server() {
    return server;
  }

  /** A sandbox without any choice. */
  LocalBlaxelSandbox create() throws IOException, InterruptedException {
    return create("{}");
  }

  LocalBlaxelSandbox create(String body) throws IOException, InterruptedException {
    HttpResponse<String> response = control("POST", "/sandboxes", body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode tree = json.readTree(response.body());
    String url = tree.at("/metadata/url").asText();
    keys.add(url.substring(url.lastIndexOf('/') + 1));
    return new LocalBlaxelSandbox(this, tree.at("/metadata/name").asText(), url);
  }

  HttpResponse<String> control(String method, String target, String body)
      throws IOException, InterruptedException {
    return send(request(server.environment().get("BL_API_URL") + target, method, body));
  }

  JsonNode controlled(String method, String target, String body)
      throws IOException, InterruptedException {
    return json.readTree(control(method, target, body).body());
  }

  /** A request with the account's credentials. */
  HttpRequest.Builder request(String url, String method, String body) {
    return HttpRequest.newBuilder(URI.create(url))
        .header("X-Blaxel-Authorization", "Bearer " + server.environment().get("BL_API_KEY"))
        .header("X-Blaxel-Workspace", String.valueOf(server.environment().get("BL_WORKSPACE")))
        .header("Blaxel-Version", "2026-04-28")
        .method(method, BodyPublishers.ofString(body));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<InputStream> open(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofInputStream());
  }

  /** Something that becomes true before long. */
  interface Condition {
    boolean holds() throws Exception;
  }

  static void eventually(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.holds()) {
      assertThat(System.nanoTime()).as("it has not happened").isLessThan(end);
      Thread.sleep(5);
    }
  }
}
