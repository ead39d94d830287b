package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.LazyWatches;
import java.io.IOException;
import java.time.Duration;

/** The part of sandbox-api that is about files, for one sandbox. Thread-safe. */
final class FilesystemEndpoint implements AutoCloseable {
  private static final String FILES = "/filesystem";
  private static final String WATCH = "/watch/filesystem";
  private static final Duration KEEPALIVE = Duration.ofSeconds(30);

  private final BlaxelPaths paths;
  private final LazyWatches watches;
  private final PipeWriters pipes = new PipeWriters();
  private final FileRemoval removal;
  private final FilesystemWatch watch;

  FilesystemEndpoint(BlaxelPlaces places) {
    this(places, KEEPALIVE);
  }

  FilesystemEndpoint(BlaxelPlaces places, Duration keepalive) {
    paths = new BlaxelPaths(places);
    watches = new LazyWatches(ExactPath.name(ExactPath.text(places.home())));
    removal = new FileRemoval(paths);
    watch = new FilesystemWatch(paths, watches, keepalive);
  }

  /**
   * Answers completely, or says that somebody else has to.
   *
   * @param rawPath as it was sent, without the sandbox's prefix
   */
  boolean handle(Exchange exchange, String rawPath) throws IOException {
    RequestPath path;
    try {
      path = RequestPath.parse(rawPath);
    } catch (RequestPath.MalformedException e) {
      refuseEscape(exchange);
      return true;
    }
    FileHeaders.set(exchange);
    try {
      return route(exchange, path);
    } catch (FileRefusal e) {
      e.answer(exchange);
    } catch (BlaxelPaths.OutsideException e) {
      new FileRefusal(403, String.valueOf(e.getMessage())).answer(exchange);
    } catch (Query.MalformedException e) {
      new FileRefusal(400, String.valueOf(e.getMessage())).answer(exchange);
    }
    exchange.drain();
    return true;
  }

  /** In the words of Go's server, which does not get as far as the API. */
  private static void refuseEscape(Exchange exchange) throws IOException {
    exchange.set("Content-Type", "text/plain; charset=utf-8");
    exchange.set("Connection", "close");
    exchange.answer(400, "400 Bad Request".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  private boolean route(Exchange exchange, RequestPath path) throws IOException {
    if (path.startsWith(FILES + "/")) return files(exchange, path);
    if (path.startsWith(WATCH + "/")) {
      if (exchange.method().equals("HEAD")) return answerHead(exchange);
      if (!exchange.method().equals("GET")) return false;
      watch.answer(exchange, paths.named(path, WATCH));
      return true;
    }
    return false;
  }

  private boolean files(Exchange exchange, RequestPath path) throws IOException {
    String named = paths.named(path, FILES);
    switch (exchange.method()) {
      case "GET" -> new FileReading(exchange, paths).answer(named);
      case "PUT" -> new FileWriting(exchange, paths, pipes).answer(named);
      case "DELETE" -> {
        boolean recursive = "true".equals(exchange.query().get("recursive"));
        String message = removal.remove(paths.absolute(named), recursive);
        FileJson.answer(
            exchange,
            200,
            Exchange.json.createObjectNode().put("path", named).put("message", message));
      }
      case "HEAD" -> answerHead(exchange);
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Which looks at nothing. */
  private static boolean answerHead(Exchange exchange) throws IOException {
    exchange.answer(200);
    return true;
  }

  /** Ends all watches and all waiting writes; nothing is left of them. */
  @Override
  public void close() {
    watches.close();
    pipes.close();
  }
}
