package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.LazyWatches;
import java.io.IOException;
import java.time.Duration;

/** The file calls of sandbox-api, for one sandbox. Thread-safe. */
public final class FilesystemEndpoint implements AutoCloseable {
  private static final String FILES = "/filesystem";
  private static final String WATCH = "/watch/filesystem";
  private static final Duration KEEPALIVE = Duration.ofSeconds(30);

  private final BlaxelPaths paths;
  private final LazyWatches watches;
  private final Pipes pipes = new Pipes();
  private final DiskWrites disk;
  private final FileRemoval removal;
  private final FileTree tree;
  private final FileSearch search;
  private final ContentSearch contentSearch;
  private final PartedUploads uploads;
  private final FilesystemWatch watch;

  public FilesystemEndpoint(BlaxelPlaces places) {
    this(places, KEEPALIVE);
  }

  public FilesystemEndpoint(BlaxelPlaces places, Duration keepalive) {
    paths = new BlaxelPaths(places);
    watches = new LazyWatches(ExactPath.name(ExactPath.text(places.home())));
    disk = new DiskWrites(paths, pipes);
    removal = new FileRemoval(paths);
    tree = new FileTree(paths, disk, removal);
    search = new FileSearch(paths);
    contentSearch = new ContentSearch(paths, search);
    uploads = new PartedUploads(paths, disk);
    watch = new FilesystemWatch(paths, watches, keepalive);
  }

  /** Starts what the first watch would have to wait for. */
  public void start() {
    watches.start();
  }

  /**
   * Handles the request and returns true, or returns false if it is not about files.
   *
   * @param rawPath as it was sent, without the sandbox's prefix
   */
  public boolean handle(Exchange exchange, String rawPath) throws IOException {
    RequestPath path = RequestPath.parse(rawPath);
    if (path == null) {
      Answers.refuseEscape(exchange);
      return true;
    }
    Answers.headers(exchange);
    try {
      return route(exchange, path);
    } catch (Refusal e) {
      Answers.error(exchange, e.status(), e.message());
    } catch (Confinement.OutsideException e) {
      Answers.error(exchange, 403, String.valueOf(e.getMessage()));
    } catch (Query.MalformedException e) {
      Answers.error(exchange, 400, String.valueOf(e.getMessage()));
    } catch (GoJson.MalformedException e) {
      Answers.error(exchange, 400, "invalid request body: " + e.getMessage());
    }
    return true;
  }

  private boolean route(Exchange exchange, RequestPath path) throws IOException {
    if (path.startsWith(FILES + "/")) return files(exchange, path);
    if (path.decoded().equals(PartedUploads.ROUTE) || path.startsWith(PartedUploads.ROUTE + "/")) {
      return uploads.answer(exchange, path);
    }
    if (path.startsWith(WATCH + "/")) {
      return onlyGet(exchange, () -> watch.answer(exchange, paths.named(path, WATCH)));
    }
    if (path.startsWith(FileSearch.FIND + "/")) {
      return onlyGet(exchange, () -> search.find(exchange, path));
    }
    if (path.startsWith(FileSearch.FUZZY + "/")) {
      return onlyGet(exchange, () -> search.fuzzy(exchange, path));
    }
    return path.startsWith(ContentSearch.ROUTE + "/")
        && onlyGet(exchange, () -> contentSearch.answer(exchange, path));
  }

  @FunctionalInterface
  private interface Answer {
    void send() throws IOException;
  }

  /** A HEAD request gets its response without any check. */
  private static boolean onlyGet(Exchange exchange, Answer answer) throws IOException {
    switch (exchange.method()) {
      case "GET" -> answer.send();
      case "HEAD" -> exchange.answer(200);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean files(Exchange exchange, RequestPath path) throws IOException {
    String method = exchange.method();
    boolean changes = method.equals("PUT") || method.equals("DELETE");
    if (!changes && !method.equals("GET")) return onlyGet(exchange, () -> {});
    if (path.startsWith(FileTree.ROUTE)) {
      tree.answer(exchange, path);
      return true;
    }
    String named = paths.named(path, FILES);
    if (method.equals("GET")) {
      new FileReading(exchange, paths).answer(named);
    } else if (method.equals("PUT")) {
      new FileWriting(exchange, paths, disk).answer(named);
    } else {
      boolean recursive = "true".equals(exchange.query().get("recursive"));
      String message = removal.remove(paths.absolute(named), recursive);
      Answers.done(exchange, named, message);
    }
    return true;
  }

  /** The number of watched directories. */
  public int watchCount() {
    return watch.openCount();
  }

  /** Ends all watches and all waiting writes completely. */
  @Override
  public void close() {
    watches.close();
    contentSearch.close();
    pipes.close();
    uploads.close();
  }
}
