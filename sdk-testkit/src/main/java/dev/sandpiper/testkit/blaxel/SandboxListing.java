package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the list of sandboxes, in the shape of the API's version. */
final class SandboxListing {
  private static final int USUAL_LIMIT = 50;
  private static final int HIGHEST_LIMIT = 200;
  private static final int SHORTEST_SEARCH = 2;

  private final boolean paged;
  private final int limit;
  private final String sort;
  private final @Nullable String search;
  private final @Nullable String externalId;
  private final @Nullable String status;
  private final boolean showsTerminated;
  private final @Nullable Place after;

  /** The sort key of a sandbox, for every order. */
  private record Place(Instant createdAt, String name) {
    static Place of(SandboxRecord record) {
      return new Place(record.createdAt(), record.name());
    }
  }

  /**
   * @param paged whether the response refers to further pages, or is the bare list
   */
  SandboxListing(Query query, boolean paged) {
    this.paged = paged;
    limit = limit(query.get("limit"));
    sort = query.get("sort") == null ? "createdAt:desc" : String.valueOf(query.get("sort"));
    search = query.get("q");
    externalId = query.get("externalId");
    status = query.get("status");
    showsTerminated = "true".equals(query.get("showTerminated"));
    String cursor = query.get("cursor");
    after = cursor == null || cursor.isEmpty() ? null : opened(cursor);
    if (search != null && search.length() < SHORTEST_SEARCH) {
      throw ApiException.of(400, "q must have at least 2 characters");
    }
  }

  private static int limit(@Nullable String text) {
    if (text == null) return USUAL_LIMIT;
    if (text.matches("\\d{1,4}")) {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= HIGHEST_LIMIT) return number;
    }
    throw ApiException.of(400, "limit must be a number from 1 to " + HIGHEST_LIMIT);
  }

  private Comparator<Place> order() {
    Comparator<Place> byName = Comparator.comparing(Place::name);
    Comparator<Place> byTime = Comparator.comparing(Place::createdAt);
    return switch (sort) {
      case "createdAt:desc" -> byTime.reversed().thenComparing(byName);
      case "createdAt:asc" -> byTime.thenComparing(byName);
      case "name:asc" -> byName;
      case "name:desc" -> byName.reversed();
      default -> throw ApiException.of(400, "cannot sort by " + sort);
    };
  }

  private boolean isWanted(SandboxRecord record) {
    Definition definition = record.definition();
    boolean over = record.status() == SandboxRecord.Status.TERMINATED;
    return (showsTerminated || !over || "TERMINATED".equals(status))
        && (status == null || status.equals(record.status().name()))
        && (externalId == null || externalId.equals(definition.externalId()))
        && (search == null || definition.mentions(search));
  }

  void answer(Exchange exchange, List<SandboxRecord> all) throws IOException {
    Comparator<Place> order = order();
    List<SandboxRecord> found =
        all.stream()
            .filter(this::isWanted)
            .filter(record -> after == null || order.compare(Place.of(record), after) > 0)
            .sorted(Comparator.comparing(Place::of, order))
            .toList();
    if (!paged) {
      exchange.json(200, trees(found));
      return;
    }
    List<SandboxRecord> page = found.subList(0, Math.min(limit, found.size()));
    boolean more = page.size() < found.size();
    ObjectNode answer = GoJson.object();
    answer.set("data", trees(page));
    answer
        .putObject("meta")
        .put("hasMore", more)
        .put("nextCursor", more ? sealed(page.get(page.size() - 1)) : "")
        .put("total", all.size());
    exchange.json(200, answer);
  }

  private static ArrayNode trees(List<SandboxRecord> records) {
    ArrayNode trees = GoJson.array();
    records.forEach(record -> trees.add(record.lite()));
    return trees;
  }

  /** Identifies the list that a cursor belongs to. */
  private String list() {
    return sort + "|" + search + "|" + externalId + "|" + status + "|" + showsTerminated;
  }

  private String sealed(SandboxRecord last) {
    String text = String.join("\n", list(), last.createdAt().toString(), last.name());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  private Place opened(String cursor) {
    try {
      String[] lines = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split("\n", -1);
      if (lines.length == 3 && lines[0].equals(list())) {
        return new Place(Instant.parse(lines[1]), lines[2]);
      }
    } catch (IllegalArgumentException | DateTimeException e) {
      throw ApiException.of(400, "invalid cursor");
    }
    throw ApiException.of(400, "the cursor is of another list");
  }
}
