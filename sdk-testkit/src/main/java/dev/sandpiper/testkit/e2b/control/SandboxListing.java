package dev.sandpiper.testkit.e2b.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.e2b.sandbox.Templates.Template;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import java.io.IOException;
import java.net.URLDecoder;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One page of the sandboxes that match a query, newest or oldest first. A page's token is the sort
 * key of its last entry, so no entry is repeated or skipped when others are added or removed.
 */
final class SandboxListing {
  private static final int MOST_ENTRIES = 100;

  private final Set<String> states;
  private final boolean ascending;
  private final Map<String, String> metadata;
  private final @Nullable String template;
  private final @Nullable Instant startedAfter;
  private final @Nullable String after;
  private final int limit;

  SandboxListing(Query query) {
    String state = query.get("state");
    states = state == null ? Set.of("running", "paused") : Set.of(state.split(",", -1));
    if (!Set.of("running", "paused").containsAll(states)) {
      throw new ApiException(400, "state must be running or paused");
    }
    ascending = ascending(query.get("order"));
    metadata = metadata(query.get("metadata"));
    template = query.get("template");
    startedAfter = time(query.get("startedAfter"));
    limit = limit(query.get("limit"));
    after = position(query.get("nextToken"));
  }

  void answer(Exchange exchange, Sandboxes sandboxes) throws IOException {
    List<LocalSandbox> wanted =
        sandboxes.all().stream().filter(this::matches).sorted(order()).toList();
    if (states.contains("running")) {
      long running = wanted.stream().filter(one -> one.pause() == null).count();
      exchange.set("X-Total-Running", Long.toString(running));
    }
    List<LocalSandbox> rest = wanted.stream().filter(this::isAfterToken).toList();
    List<LocalSandbox> page = rest.subList(0, Math.min(limit, rest.size()));
    if (page.size() < rest.size()) {
      exchange.set("X-Next-Token", token(page.get(page.size() - 1)));
    }
    ArrayNode tree = GoJson.array();
    page.forEach(sandbox -> tree.add(SandboxTrees.listed(sandbox)));
    exchange.json(200, tree);
  }

  private boolean matches(LocalSandbox sandbox) {
    Template of = sandbox.spec().template();
    return states.contains(SandboxTrees.state(sandbox))
        && sandbox.spec().metadata().entrySet().containsAll(metadata.entrySet())
        && (template == null || of.isCalled(template))
        && (startedAfter == null || !sandbox.startedAt().isBefore(startedAfter));
  }

  private Comparator<LocalSandbox> order() {
    Comparator<LocalSandbox> oldestFirst = Comparator.comparing(SandboxListing::place);
    return ascending ? oldestFirst : oldestFirst.reversed();
  }

  private boolean isAfterToken(LocalSandbox sandbox) {
    if (after == null) return true;
    int comparison = place(sandbox).compareTo(after);
    return ascending ? comparison > 0 : comparison < 0;
  }

  /** Sorts by start, then by id. */
  private static String place(LocalSandbox sandbox) {
    Instant started = sandbox.startedAt();
    return String.format(
        Locale.ROOT, "%d.%09d %s", started.getEpochSecond(), started.getNano(), sandbox.id());
  }

  private String token(LocalSandbox last) {
    String text = (ascending ? "asc " : "desc ") + place(last);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
  }

  private @Nullable String position(@Nullable String token) {
    if (token == null || token.isEmpty()) return null;
    String prefix = ascending ? "asc " : "desc ";
    try {
      String text = new String(Base64.getUrlDecoder().decode(token), UTF_8);
      if (text.startsWith(prefix)) return text.substring(prefix.length());
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "nextToken is not a token of this server");
    }
    throw new ApiException(400, "nextToken was made with another order");
  }

  private static boolean ascending(@Nullable String order) {
    if (order == null || order.equals("desc")) return false;
    if (order.equals("asc")) return true;
    throw new ApiException(400, "order must be asc or desc");
  }

  private static @Nullable Instant time(@Nullable String text) {
    if (text == null) return null;
    try {
      return OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new ApiException(400, "startedAfter must be a time as RFC 3339 writes it");
    }
  }

  static int limit(@Nullable String text) {
    if (text == null) return MOST_ENTRIES;
    if (text.matches("[1-9]\\d?|100")) return Integer.parseInt(text);
    throw new ApiException(400, "limit must be from 1 to 100");
  }

  /** Decodes two of the three levels; parsing the query has decoded the first. */
  private static Map<String, String> metadata(@Nullable String filter) {
    if (filter == null) return Map.of();
    try {
      return Stream.of(URLDecoder.decode(filter, UTF_8).split("&", -1))
          .filter(pair -> !pair.isEmpty())
          .map(pair -> pair.split("=", 2))
          .collect(
              Collectors.toMap(
                  pair -> URLDecoder.decode(pair[0], UTF_8),
                  pair -> pair.length < 2 ? "" : URLDecoder.decode(pair[1], UTF_8),
                  (first, second) -> second,
                  LinkedHashMap::new));
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "metadata is not percent-encoded");
    }
  }
}
