package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code /filesystem-find}, by name, and {@code /filesystem-search}, which takes its directory for
 * the query and so finds almost nothing.
 */
final class FileSearch {
  static final String FIND = "/filesystem-find";
  static final String FUZZY = "/filesystem-search";

  private static final int USUAL_RESULTS = 20;
  private static final int MOST_RESULTS = 1000;
  private static final int SCORE_OF_A_CHARACTER = 16;
  private static final List<String> USUALLY_SKIPPED =
      List.of(
          "node_modules",
          "vendor",
          ".git",
          "dist",
          "build",
          "target",
          "__pycache__",
          ".venv",
          ".next",
          "coverage");

  private final BlaxelPaths paths;

  FileSearch(BlaxelPaths paths) {
    this.paths = paths;
  }

  /** Receives the matches; false skips the content of a directory. */
  interface Visitor {
    boolean visit(Path entry, String relative, boolean directory) throws IOException;
  }

  void find(Exchange exchange, RequestPath path) throws IOException {
    Query query = exchange.query();
    Wish wish = Wish.of(query);
    String type = orElse(query.get("type"), "file");
    if (!type.equals("file") && !type.equals("directory")) {
      throw new Refusal(400, "invalid search type: " + type);
    }
    List<Glob> patterns = list(query.get("patterns")).stream().map(Glob::new).toList();
    ArrayNode matches = GoJson.array();
    walk(
        paths.absolute(BlaxelPaths.sent(path, FIND)),
        (entry, relative, directory) -> {
          String name = ExactPath.name(ExactPath.text(entry));
          if (!wish.enters(name, directory)) return false;
          boolean wanted =
              directory == type.equals("directory")
                  && (directory
                      || patterns.isEmpty()
                      || patterns.stream().anyMatch(pattern -> pattern.matches(name)));
          if (wanted && wish.hasRoom(matches)) {
            matches.addObject().put("path", relative).put("type", type);
          }
          return true;
        });
    answer(exchange, matches);
  }

  void fuzzy(Exchange exchange, RequestPath path) throws IOException {
    Wish wish = Wish.of(exchange.query());
    String text = BlaxelPaths.sent(path, FUZZY);
    if (text.isEmpty() || text.equals("/") || text.equals(".")) {
      throw new Refusal(400, "query parameter is required in path");
    }
    ArrayNode matches = GoJson.array();
    try {
      walk(
          paths.absolute(text),
          (entry, relative, directory) -> {
            if (!wish.enters(ExactPath.name(ExactPath.text(entry)), directory)) return false;
            if (!relative.equals(".") && isSpread(text, relative) && wish.hasRoom(matches)) {
              matches
                  .addObject()
                  .put("path", relative)
                  .put("score", SCORE_OF_A_CHARACTER * text.length())
                  .put("type", directory ? "directory" : "file");
            }
            return true;
          });
    } catch (Refusal e) {
      matches.removeAll(); // an unreadable directory counts as empty
    }
    answer(exchange, matches);
  }

  private static void answer(Exchange exchange, ArrayNode matches) throws IOException {
    ObjectNode answer = GoJson.object();
    answer.set("matches", matches);
    exchange.json(200, answer.put("total", matches.size()));
  }

  /** The options of both searches. */
  private record Wish(int most, Set<String> skipped, boolean hidden) {
    static Wish of(Query query) {
      return new Wish(
          results(query.get("maxResults"), USUAL_RESULTS),
          FileSearch.skipped(query.get("excludeDirs")),
          !orElse(query.get("excludeHidden"), "true").equals("true"));
    }

    boolean enters(String name, boolean directory) {
      return (hidden || !name.startsWith(".")) && !(directory && skipped.contains(name));
    }

    /** Zero means all results. */
    boolean hasRoom(ArrayNode matches) {
      return most == 0 || matches.size() < most;
    }
  }

  /** Whether all characters of a text occur, in order. */
  private static boolean isSpread(String text, String candidate) {
    String lower = candidate.toLowerCase(Locale.ROOT);
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      at = lower.indexOf(text.charAt(i), at) + 1;
      if (at == 0) return false;
    }
    return true;
  }

  /** In the order of names, each directory before its entries. Links are not followed. */
  void walk(String absolute, Visitor visitor) throws IOException {
    Path top;
    boolean directory;
    try {
      top = paths.locate(absolute);
      directory = FileStatus.isDirectory(top);
    } catch (IOException e) {
      throw failed("lstat", absolute, e);
    }
    walk(top, directory, absolute, ".", visitor);
  }

  private static void walk(
      Path entry, boolean directory, String absolute, String relative, Visitor visitor)
      throws IOException {
    if (!visitor.visit(entry, relative, directory) || !directory) return;
    List<Path> children;
    try {
      children = Listing.sorted(entry);
    } catch (IOException e) {
      throw failed("open", absolute, e);
    }
    for (Path child : children) {
      String name = ExactPath.name(ExactPath.text(child));
      String below = absolute.endsWith("/") ? absolute + name : absolute + "/" + name;
      boolean childIsDirectory;
      try {
        childIsDirectory = FileStatus.isDirectory(child);
      } catch (IOException e) {
        if (GoErrors.isMissing(e)) continue; // removed in the meantime
        throw failed("lstat", below, e);
      }
      walk(
          child,
          childIsDirectory,
          below,
          relative.equals(".") ? name : relative + "/" + name,
          visitor);
    }
  }

  private static Refusal failed(String call, String path, IOException e) {
    return new Refusal(
        500, "error walking directory: " + call + " " + path + ": " + GoErrors.reason(e));
  }

  /** The requested number of results, up to a limit; zero may mean all. */
  static int results(@Nullable String text, int usual) {
    if (text == null || text.isEmpty()) return usual;
    if (!text.matches("\\+?\\d{1,9}")) throw new Refusal(400, "invalid maxResults: " + text);
    return Math.min(MOST_RESULTS, Integer.parseInt(text));
  }

  /** The directories to skip. An empty list means the default. */
  static Set<String> skipped(@Nullable String names) {
    Set<String> skipped =
        new HashSet<>(names == null || names.isEmpty() ? USUALLY_SKIPPED : list(names));
    skipped.remove("");
    return skipped;
  }

  private static List<String> list(@Nullable String text) {
    if (text == null || text.isEmpty()) return List.of();
    return Arrays.stream(text.split(",", -1)).map(String::trim).toList();
  }

  private static String orElse(@Nullable String text, String usual) {
    return text == null || text.isEmpty() ? usual : text;
  }
}
