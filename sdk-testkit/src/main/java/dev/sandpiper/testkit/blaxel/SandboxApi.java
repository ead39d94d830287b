package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.files.FilesystemEndpoint;
import dev.sandpiper.testkit.blaxel.process.ProcessEndpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.PercentEncoding;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server that runs in every sandbox, without the edge in front of it. */
final class SandboxApi {
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

  private final Instant startedAt = Instant.now();
  private final ProcessEndpoint processes;
  private final FilesystemEndpoint files;

  SandboxApi(ProcessEndpoint processes, FilesystemEndpoint files) {
    this.processes = processes;
    this.files = files;
  }

  /** One request for one of the routes. */
  private interface Route {
    void answer(Exchange exchange) throws IOException;
  }

  /**
   * Answers a request.
   *
   * @param rawPath the path in the sandbox, still percent-encoded
   * @param prefix the prefix before it, for redirects
   */
  void handle(Exchange exchange, String rawPath, String prefix) throws IOException {
    String path = PercentEncoding.decode(rawPath);
    if (path == null) {
      Answers.refuseEscape(exchange);
      return;
    }
    if (exchange.method().equals("OPTIONS")) {
      Answers.crossOrigin(exchange);
      exchange.answer(204);
      return;
    }
    if (isAboutFiles(path) && files.handle(exchange, rawPath)) return;
    Route route = route(exchange.method(), path);
    if (route == null && redirects(exchange, path, prefix)) return;
    Answers.headers(exchange);
    if (route != null) {
      route.answer(exchange);
    } else if (exchange.method().equals("HEAD") && isKnown(path)) {
      exchange.answer(200);
    } else {
      Answers.pageNotFound(exchange);
    }
  }

  private static boolean isAboutFiles(String path) {
    return path.startsWith("/filesystem") || path.startsWith("/watch/filesystem");
  }

  private @Nullable Route route(String method, String path) {
    List<String> names = List.of(path.substring(1).split("/", -1));
    if (path.equals("/")) return METHODS.contains(method) ? SandboxApi::welcome : null;
    if (path.equals("/health")) return method.equals("GET") ? this::health : null;
    if (path.equals("/environment/reload")) {
      return method.equals("POST") ? SandboxApi::reloadEnvironment : null;
    }
    return names.get(0).equals("process") ? processRoute(method, names) : null;
  }

  private @Nullable Route processRoute(String method, List<String> names) {
    String tail = String.join("/", names.subList(Math.min(2, names.size()), names.size()));
    String identifier = names.size() > 1 ? names.get(1) : "";
    if (names.size() > 1 && identifier.isEmpty()) return null;
    String form = names.size() == 1 ? "" : names.size() == 2 ? "/{id}" : "/{id}/" + tail;
    return switch (method + " " + form) {
      case "POST " -> processes::start;
      case "GET " -> processes::list;
      case "GET /{id}" -> exchange -> processes.get(exchange, identifier);
      case "DELETE /{id}" -> exchange -> processes.stop(exchange, identifier);
      case "DELETE /{id}/kill" -> exchange -> processes.kill(exchange, identifier);
      case "GET /{id}/logs" -> exchange -> processes.logs(exchange, identifier);
      case "GET /{id}/logs/stream" -> exchange -> processes.streamLogs(exchange, identifier);
      default -> null;
    };
  }

  /** Redirects a path with a superfluous slash, if the path without it exists. */
  private boolean redirects(Exchange exchange, String path, String prefix) throws IOException {
    if (path.length() < 2 || !path.endsWith("/")) return false;
    String right = path.substring(0, path.length() - 1);
    if (route(exchange.method(), right) == null) return false;
    boolean get = exchange.method().equals("GET");
    String location = prefix + right;
    exchange.set("Location", location);
    if (get) exchange.set("Content-Type", "text/html; charset=utf-8");
    String page = "<a href=\"" + location + "\">Moved Permanently</a>.\n\n";
    exchange.answer(get ? 301 : 307, get ? page.getBytes(UTF_8) : new byte[0]);
    return true;
  }

  private boolean isKnown(String path) {
    return path.equals("/upgrade") || route("GET", path) != null;
  }

  private static void welcome(Exchange exchange) throws IOException {
    exchange.json(
        200,
        GoJson.object()
            .put("message", "Welcome to your Blaxel Sandbox")
            .put("documentation", "https://docs.blaxel.ai/Sandboxes/Overview")
            .put(
                "description",
                "This sandbox provides a full-featured environment for running code securely. Visit"
                    + " the documentation to learn how to manage processes, access the filesystem,"
                    + " and more."));
  }

  private void health(Exchange exchange) throws IOException {
    Duration uptime = Duration.between(startedAt, Instant.now());
    ObjectNode health =
        GoJson.object()
            .put("status", "ok")
            .put("version", "dev")
            .put("gitCommit", "unknown")
            .put("buildTime", "unknown")
            .put("goVersion", "go1.26.8")
            .put("os", "linux")
            .put("arch", "amd64")
            .put(
                "uptime",
                uptime
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString()
                    .substring(2)
                    .toLowerCase(java.util.Locale.ROOT))
            .put("uptimeSeconds", uptime.toNanos() / 1e9)
            .put("upgradeCount", 0)
            .put("startedAt", startedAt.truncatedTo(ChronoUnit.SECONDS).toString());
    health.putObject("lastUpgrade").put("status", "idle").put("step", "none").put("version", "");
    exchange.json(200, health);
  }

  /** There is no platform to reload from. */
  private static void reloadEnvironment(Exchange exchange) throws IOException {
    Answers.error(exchange, 404, "open /bl/metadata: no such file or directory");
  }
}
