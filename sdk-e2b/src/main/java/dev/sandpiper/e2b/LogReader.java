package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;
import static dev.sandpiper.http.JsonApi.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a sandbox's log forward, each line once. The platform's cursor is a millisecond, in which
 * many lines may be written, before and after a page ends: each page begins a millisecond before
 * the last line that was read, and lines that were read before are skipped. For one thread.
 */
final class LogReader {
  private static final Logger log = LoggerFactory.getLogger(LogReader.class);
  private static final int PAGE = 1000;

  private final JsonApi api;
  private final String id;
  private final E2bLogQuery query;
  private long reached; // the millisecond of the last line that was read
  private Map<E2bLogEntry, Integer> read = Map.of(); // lines already read of the next page

  LogReader(JsonApi api, String id, E2bLogQuery query) {
    this.api = api;
    this.id = id;
    this.query = query;
    this.reached = query.since().map(Instant::toEpochMilli).orElse(0L);
  }

  /** The lines that have not been read yet; may be empty. */
  List<E2bLogEntry> next() {
    return next(api);
  }

  /**
   * Like {@link #next()}, with calls that may be cancelled. Lines that are not returned are read by
   * the next call.
   */
  List<E2bLogEntry> next(JsonApi calls) {
    while (true) {
      List<E2bLogEntry> page = page(calls);
      List<E2bLogEntry> unread = unread(page);
      if (!unread.isEmpty() || page.size() < PAGE) {
        return unread;
      }
      log.warn(
          "the log of {} has more than {} lines at {} ms; the rest of that millisecond is"
              + " passed over",
          id,
          PAGE,
          reached);
      reached += 2;
      read = Map.of();
    }
  }

  private List<E2bLogEntry> unread(List<E2bLogEntry> page) {
    Map<E2bLogEntry, Integer> known = new HashMap<>(read);
    List<E2bLogEntry> unread = new ArrayList<>();
    long first = query.since().map(Instant::toEpochMilli).orElse(0L);
    for (E2bLogEntry line : page) {
      int copies = known.merge(line, -1, Integer::sum);
      if (copies < 0 && millis(line) >= first) {
        unread.add(line);
      }
    }
    page.forEach(line -> reached = Math.max(reached, millis(line)));
    Map<E2bLogEntry, Integer> kept = new HashMap<>();
    page.stream()
        .filter(line -> millis(line) >= start())
        .forEach(line -> kept.merge(line, 1, Integer::sum));
    read = kept;
    return unread;
  }

  /** A line whose time cannot be parsed has that of the last line whose time could. */
  private long millis(E2bLogEntry line) {
    return line.time().map(Instant::toEpochMilli).orElse(reached);
  }

  private long start() {
    return Math.max(0, reached - 1);
  }

  private List<E2bLogEntry> page(JsonApi calls) {
    HttpUrl.Builder url =
        Routes.of(api.base(), E2bCall.LOGS, id)
            .newBuilder()
            .addQueryParameter("cursor", Long.toString(start()))
            .addQueryParameter("limit", Integer.toString(PAGE))
            .addQueryParameter("direction", "forward");
    query.level().ifPresent(level -> url.addQueryParameter("level", level));
    query.search().ifPresent(text -> url.addQueryParameter("search", text));
    HttpRequest request = request(E2bCall.LOGS, id, url.build());
    return SandboxCalls.routed(
        "logs",
        () -> {
          try (HttpResponse response = calls.send(request, What.SANDBOX)) {
            JsonNode lines = json(response).path("logs");
            if (!lines.isArray()) {
              throw new WireFormatException(
                  response.failure("malformed response: no field 'logs'"));
            }
            List<E2bLogEntry> page = new ArrayList<>();
            lines.forEach(line -> page.add(new E2bLogEntry(line)));
            return page;
          }
        });
  }
}
