package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The calls for metrics. A sandbox is measured from the first request for it on, so the first
 * response is empty, like the platform's for a new sandbox.
 */
final class MetricsCalls {
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int MOST_IDS = 100;

  private final Sandboxes sandboxes;
  private final ServerThreads threads;
  private final AtomicBoolean measuring = new AtomicBoolean();
  private final Map<String, ResourceUse> uses = new ConcurrentHashMap<>();

  MetricsCalls(Sandboxes sandboxes, ServerThreads threads) {
    this.sandboxes = sandboxes;
    this.threads = threads;
  }

  private ResourceUse use(LocalSandbox sandbox) {
    ResourceUse use = uses.computeIfAbsent(sandbox.id(), id -> new ResourceUse(sandbox));
    if (measuring.compareAndSet(false, true)) threads.every(PAUSE, this::measure);
    return use;
  }

  private void measure() {
    uses.keySet().removeIf(id -> sandboxes.find(id) == null);
    uses.values().forEach(ResourceUse::measure);
  }

  void one(Exchange exchange, String id) throws IOException {
    Query query = exchange.query();
    Instant start = time(query.get("start"), Instant.MIN);
    Instant end = time(query.get("end"), Instant.MAX);
    ArrayNode tree = GoJson.array();
    use(sandboxes.get(id)).between(start, end).forEach(tree::add);
    exchange.json(200, tree);
  }

  private static Instant time(@Nullable String text, Instant absent) {
    if (text == null) return absent;
    if (text.matches("\\d{1,11}")) return Instant.ofEpochSecond(Long.parseLong(text));
    throw new ApiException(400, "start and end must be seconds since 1970");
  }

  /** Responds with the last sample of each sandbox, leaving out those without one. */
  void many(Exchange exchange) throws IOException {
    String ids = exchange.query().get("sandbox_ids");
    List<String> all = ids == null || ids.isEmpty() ? List.of() : List.of(ids.split(",", -1));
    if (all.isEmpty() || all.size() > MOST_IDS) {
      throw new ApiException(400, "sandbox_ids must be 1 to " + MOST_IDS + " ids");
    }
    ObjectNode tree = GoJson.object();
    ObjectNode last = tree.putObject("sandboxes");
    for (String id : all) {
      LocalSandbox sandbox = sandboxes.find(id);
      if (sandbox == null) continue;
      List<ObjectNode> samples = use(sandbox).between(Instant.MIN, Instant.MAX);
      if (!samples.isEmpty()) last.set(id, samples.get(samples.size() - 1));
    }
    exchange.json(200, tree);
  }
}
