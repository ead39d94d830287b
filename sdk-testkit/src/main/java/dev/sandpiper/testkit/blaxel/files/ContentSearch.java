package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /filesystem-content-search}: lines that contain a text. With about a hundred more matches
 * than requested there is no response at all, which is a fault of the real server.
 */
final class ContentSearch implements AutoCloseable {
  static final String ROUTE = "/filesystem-content-search";

  private static final Logger log = LoggerFactory.getLogger(ContentSearch.class);
  private static final int USUAL_RESULTS = 100;
  private static final int MOST_BEYOND = 100;
  private static final int MOST_LINE_BYTES = 1024 * 1024;
  private static final long LOOK_MILLIS = 100;

  private final BlaxelPaths paths;
  private final FileSearch search;
  private final CountDownLatch closed = new CountDownLatch(1);

  ContentSearch(BlaxelPaths paths, FileSearch search) {
    this.paths = paths;
    this.search = search;
  }

  /** The query. */
  private record Wish(
      String text, boolean caseSensitive, @Nullable Glob names, Set<String> skipped) {
    static Wish of(Query query) {
      String text = query.get("query");
      if (text == null || text.isEmpty()) {
        throw new Refusal(400, "query parameter is required");
      }
      boolean caseSensitive = "true".equals(query.get("caseSensitive"));
      String names = query.get("filePattern");
      return new Wish(
          caseSensitive ? text : text.toLowerCase(Locale.ROOT),
          caseSensitive,
          names == null || names.isEmpty() ? null : new Glob(names),
          FileSearch.skipped(query.get("excludeDirs")));
    }

    boolean takes(String name) {
      return names == null || names.matches(name);
    }

    /** The column in bytes, from 1; zero if the line does not match. */
    int column(String line) {
      String searched = caseSensitive ? line : line.toLowerCase(Locale.ROOT);
      int index = searched.indexOf(text);
      return index < 0 ? 0 : ExactPath.bytes(searched.substring(0, index)).length + 1;
    }
  }

  void answer(Exchange exchange, RequestPath path) throws IOException {
    Query query = exchange.query();
    Wish wish = Wish.of(query);
    String sent = BlaxelPaths.sent(path, ROUTE);
    String top = sent.isEmpty() || sent.equals("/") ? "." : sent;
    check(paths.format(top));
    Found found =
        new Found(Math.max(1, FileSearch.results(query.get("maxResults"), USUAL_RESULTS)));
    search.walk(
        paths.absolute(top),
        (entry, relative, directory) -> {
          String name = ExactPath.name(ExactPath.text(entry));
          if (directory) return !wish.skipped.contains(name);
          if (Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS) && wish.takes(name)) {
            look(entry, relative, wish, found);
          }
          return true;
        });
    if (found.total > found.most + MOST_BEYOND) hang(exchange);
    ObjectNode answer = GoJson.object();
    answer.put("query", String.valueOf(query.get("query")));
    answer.set("matches", found.matches.isEmpty() ? answer.nullNode() : found.matches);
    exchange.json(200, answer.put("total", found.matches.size()));
  }

  private void check(String named) {
    String absolute = paths.absolute(named);
    try {
      if (FileStatus.isDirectory(paths.follow(absolute))) return;
    } catch (IOException e) {
      if (!GoErrors.isMissing(e)) {
        throw new Refusal(422, "stat " + absolute + ": " + GoErrors.reason(e));
      }
    }
    throw new Refusal(400, "specified directory does not exist: " + named);
  }

  /** The lines found so far. */
  private static final class Found {
    private final int most;
    private final ArrayNode matches = GoJson.array();
    private int total;

    Found(int most) {
      this.most = most;
    }
  }

  private static void look(Path file, String relative, Wish wish, Found found) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      int number = 0;
      for (String line = line(in); line != null; line = line(in)) {
        number++;
        int column = wish.column(line);
        if (column == 0 || ++found.total > found.most) continue;
        found
            .matches
            .addObject()
            .put("path", relative)
            .put("line", number)
            .put("column", column)
            .put("text", line);
      }
    } catch (IOException e) {
      log.debug("{} is not searched: {}", file, e.toString());
    }
  }

  /** Null at the end. Only the beginning of a line that is too long. */
  private static @Nullable String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int next = in.read();
    if (next < 0) return null;
    while (next >= 0 && next != '\n') {
      if (line.size() < MOST_LINE_BYTES) line.write(next);
      next = in.read();
    }
    return ExactPath.text(line.toByteArray(), line.size());
  }

  /** Waits until the client gives up, or the sandbox ends. */
  private void hang(Exchange exchange) throws IOException {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (exchange.isClientGone()) throw new IOException("the client has gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new IOException("the sandbox is gone");
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
