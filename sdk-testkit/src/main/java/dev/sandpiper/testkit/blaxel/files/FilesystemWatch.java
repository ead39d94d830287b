package dev.sandpiper.testkit.blaxel.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ChangeQueue;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.DirectoryWatches.Depth;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.FileChange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * {@code /watch/filesystem}: reports changes in a directory to one client. Not even the head of the
 * response is sent before the first line, so clients do not know when it begins. Ends when the
 * client disconnects.
 */
final class FilesystemWatch {
  private static final byte[] KEEPALIVE = "[keepalive]\n".getBytes(US_ASCII);
  private static final String ALL_BELOW = "/**";
  private static final long FIRST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long LATER_LOOKS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final BlaxelPaths paths;
  private final DirectoryWatches watches;
  private final Duration keepalive;
  private final AtomicInteger open = new AtomicInteger();

  FilesystemWatch(BlaxelPaths paths, DirectoryWatches watches, Duration keepalive) {
    this.paths = paths;
    this.watches = watches;
    this.keepalive = keepalive;
  }

  void answer(Exchange exchange, String named) throws IOException {
    boolean tree = named.endsWith(ALL_BELOW);
    String top = tree ? named.substring(0, named.length() - ALL_BELOW.length()) : named;
    String absolute = paths.absolute(top);
    Path directory = paths.directory(absolute);
    String ignore = exchange.query().get("ignore");
    Naming naming =
        new Naming(absolute, ignore == null ? List.of() : List.of(ignore.split(",", -1)));
    ChangeQueue changes = ChangeQueue.lossy();
    exchange.drain(); // a disconnect can be detected once the body has been read
    DirectoryWatches.Watch watch;
    try {
      watch = watches.open(directory, tree ? Depth.TREE_BY_FIRST_NAMES : Depth.DIRECTORY, changes);
    } catch (DirectoryWatches.RefusedException e) {
      throw new Refusal(500, String.valueOf(e.getMessage()));
    }
    open.incrementAndGet();
    try (watch) {
      exchange.set("Content-Type", "text/plain; charset=utf-8");
      exchange.set("X-Accel-Buffering", "no");
      pass(exchange, changes, naming);
    } catch (ChangeQueue.LostException e) {
      throw new IOException("the watch has ended", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server is stopping", e);
    } finally {
      open.decrementAndGet();
    }
  }

  /** The number of open watches. */
  int openCount() {
    return open.get();
  }

  private void pass(Exchange exchange, ChangeQueue changes, Naming naming)
      throws IOException, InterruptedException, ChangeQueue.LostException {
    OutputStream out = exchange.stream(200);
    long interval = keepalive.toNanos();
    long last = System.nanoTime();
    // A client that closes soon must not hold one of the kernel's few handles much longer.
    long look = FIRST_LOOK_NANOS;
    while (!exchange.isClientGone()) {
      FileChange change = changes.next(Math.min(interval - (System.nanoTime() - last), look));
      look = Math.min(2 * look, LATER_LOOKS_NANOS);
      if (change != null) {
        byte[] line = naming.line(change);
        if (line != null) out.write(line);
      } else if (System.nanoTime() - last >= interval) {
        out.write(KEEPALIVE);
        last += interval;
      }
    }
    throw new IOException("the client has gone");
  }

  /**
   * How the changes of a watch are named.
   *
   * @param directory absolute, as the client named it
   * @param ignored a path that contains one of these texts is not reported
   */
  private record Naming(String directory, List<String> ignored) {
    /** Null if it is ignored. */
    byte @Nullable [] line(FileChange change) {
      String top = directory.equals("/") ? "" : directory;
      String path = change.name().equals(".") ? directory : top + "/" + change.name();
      if (ignored.stream().anyMatch(text -> !text.isEmpty() && path.contains(text))) return null;
      ObjectNode line =
          GoJson.object()
              .put("op", change.type().name().substring("EVENT_TYPE_".length()))
              .put("name", ExactPath.name(path))
              .put("path", path.substring(0, path.lastIndexOf('/')))
              .putNull("error");
      return (GoJson.text(line) + "\n").getBytes(UTF_8);
    }
  }
}
