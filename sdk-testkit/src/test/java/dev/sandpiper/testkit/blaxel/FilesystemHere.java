package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.blaxel.files.FilesystemEndpoint;
import dev.sandpiper.testkit.http.Connectors;
import dev.sandpiper.testkit.http.JettyBridge;
import dev.sandpiper.testkit.http.Listening;
import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The files of one sandbox, served for one test and spoken to with a plain HTTP client. Afterwards
 * no thread may be left.
 */
final class FilesystemHere implements BeforeEachCallback, AfterEachCallback {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Duration keepalive;
  private final boolean wholeHost;
  private Path root = Path.of("/");
  private Server jetty = new Server();
  private int port;
  private FilesystemEndpoint endpoint = new FilesystemEndpoint(places());

  FilesystemHere() {
    this(Duration.ofSeconds(30), false);
  }

  FilesystemHere(Duration keepalive, boolean wholeHost) {
    this.keepalive = keepalive;
    this.wholeHost = wholeHost;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    root = Files.createTempDirectory("sandpiper-files-").toRealPath();
    Files.createDirectories(home());
    Files.createDirectories(logs());
    endpoint = new FilesystemEndpoint(places(), keepalive);
    QueuedThreadPool pool = new QueuedThreadPool(50, 4);
    pool.setName(ServerThreads.PREFIX + "http");
    pool.setDaemon(true);
    jetty = new Server(pool);
    ServerConnector connector = new Connectors(Listening.inTheClear()).addTo(jetty, 0);
    jetty.setHandler(
        new JettyBridge(
            exchange -> {
              if (endpoint.handle(exchange, exchange.path())) return;
              exchange.set("Content-Type", "text/plain");
              exchange.answer(404, "404 page not found".getBytes(UTF_8));
            }));
    jetty.start();
    port = connector.getLocalPort();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    close();
    jetty.stop();
    Directories.delete(root);
    assertThat(threads()).isEmpty();
  }

  /** Ends the sandbox before the test does. */
  void close() {
    endpoint.close();
  }

  /** Waits until so many directories are watched. */
  void awaitWatches(int count) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (endpoint.watchCount() != count) {
      assertThat(System.nanoTime()).as("%d watches", endpoint.watchCount()).isLessThan(end);
      Thread.sleep(1);
    }
  }

  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(ServerThreads.PREFIX))
        .toList();
  }

  private BlaxelPlaces places() {
    return new BlaxelPlaces(home(), logs(), wholeHost);
  }

  Path home() {
    return root.resolve("blaxel");
  }

  Path logs() {
    return root.resolve("logs");
  }

  /** A directory that is neither the home nor the logs, in /tmp as they are. */
  Path elsewhere() {
    return root.resolve("elsewhere");
  }

  int port() {
    return port;
  }

  /** The target of a file, as careful clients write it. */
  static String target(Object path) {
    return "/filesystem/" + path.toString().replace("/", "%2F").replace(" ", "%20");
  }

  HttpRequest.Builder request(String target) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
  }

  HttpResponse<String> get(String target, String... headers) throws Exception {
    return send(headers(request(target), headers));
  }

  /** A file as it is. */
  HttpResponse<byte[]> bytes(String target, String... headers) throws Exception {
    HttpRequest.Builder request =
        headers(request(target), headers).header("Accept", "application/octet-stream");
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  HttpResponse<InputStream> open(String target) throws IOException, InterruptedException {
    return client.send(request(target).build(), BodyHandlers.ofInputStream());
  }

  HttpResponse<String> put(String target, String json) throws Exception {
    return send(
        request(target)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(json)));
  }

  HttpResponse<String> post(String target, String json) throws Exception {
    return send(
        request(target)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)));
  }

  HttpResponse<String> upload(String target, byte[] content) throws Exception {
    byte[] head =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"
            .getBytes(UTF_8);
    byte[] end = "\r\n--b--\r\n".getBytes(UTF_8);
    return send(
        request(target)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .PUT(BodyPublishers.ofByteArrays(List.of(head, content, end))));
  }

  HttpResponse<String> delete(String target) throws Exception {
    return send(request(target).DELETE());
  }

  private static HttpRequest.Builder headers(HttpRequest.Builder request, String... headers) {
    return headers.length == 0 ? request : request.headers(headers);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString(UTF_8));
  }
}
