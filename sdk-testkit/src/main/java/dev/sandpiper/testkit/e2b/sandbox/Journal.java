package dev.sandpiper.testkit.e2b.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The log of one sandbox. It has the sandbox's start, pauses and resumptions, without the entries
 * of the platform's own daemons. Bounded; the oldest entries are dropped. Thread-safe.
 */
public final class Journal {
  private static final int MOST_ENTRIES = 1000;
  private static final int LONGEST_SEARCH = 256;
  private static final List<String> LEVELS = List.of("debug", "info", "warn", "error");

  private record Entry(Instant at, String message) {}

  // Guarded by this object's monitor. The oldest first.
  private final Deque<Entry> entries = new ArrayDeque<>();

  synchronized void add(String message) {
    if (entries.size() == MOST_ENTRIES) entries.remove();
    entries.add(new Entry(Instant.now(), message));
  }

  private synchronized List<Entry> entries() {
    return new ArrayList<>(entries);
  }

  /**
   * The entries for a query. All entries have the level {@code info}.
   *
   * @throws ApiException if the query is malformed
   */
  public ObjectNode answer(Query query) {
    boolean forward = isForward(query.get("direction"));
    int limit = Math.toIntExact(number(query.get("limit"), MOST_ENTRIES, MOST_ENTRIES));
    long cursor = number(query.get("cursor"), forward ? 0 : Long.MAX_VALUE, Long.MAX_VALUE);
    String level = query.get("level");
    if (level != null && !LEVELS.contains(level)) {
      throw new ApiException(400, "level must be one of " + LEVELS);
    }
    String search = query.get("search") == null ? "" : String.valueOf(query.get("search"));
    if (search.length() > LONGEST_SEARCH) {
      throw new ApiException(400, "search must be at most 256 characters");
    }
    boolean shown = level == null || LEVELS.indexOf(level) <= LEVELS.indexOf("info");
    List<Entry> found = shown ? entries() : new ArrayList<>();
    found.removeIf(
        one -> {
          long at = one.at().toEpochMilli();
          boolean outside = forward ? at < cursor : at > cursor;
          return outside || !lower(one.message()).contains(lower(search));
        });
    if (!forward) Collections.reverse(found);
    ObjectNode tree = GoJson.object();
    ArrayNode logs = tree.putArray("logs");
    found.stream().limit(limit).forEach(one -> add(logs, one));
    return tree;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static void add(ArrayNode logs, Entry entry) {
    ObjectNode tree = logs.addObject();
    tree.put("timestamp", entry.at().toString()).put("message", entry.message());
    tree.put("level", "info").putObject("fields");
  }

  private static boolean isForward(@Nullable String direction) {
    if (direction == null || direction.equals("backward")) return false;
    if (direction.equals("forward")) return true;
    throw new ApiException(400, "direction must be forward or backward");
  }

  private static long number(@Nullable String text, long absent, long most) {
    if (text == null) return absent;
    if (text.matches("\\d{1,18}") && Long.parseLong(text) <= most) return Long.parseLong(text);
    throw new ApiException(400, "limit and cursor must be numbers, limit at most " + MOST_ENTRIES);
  }
}
