package dev.sandpiper.testkit.e2b.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.Bodies;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.e2b.sandbox.Snapshots;
import dev.sandpiper.testkit.e2b.sandbox.Snapshots.Snapshot;
import dev.sandpiper.testkit.e2b.sandbox.Templates;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Unenforced;
import dev.sandpiper.testkit.machine.DirectoryCopy;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The calls that create, list and delete snapshots, and the rejection of a fork. */
final class SnapshotCalls {
  private static final Unenforced.Fields FIELDS =
      new Unenforced.Fields(Set.of("name", "memory"), Map.of());

  private final Sandboxes sandboxes;

  SnapshotCalls(Sandboxes sandboxes) {
    this.sandboxes = sandboxes;
  }

  void create(Exchange exchange, String id) throws IOException {
    ObjectNode body = Bodies.read(exchange);
    JsonNode given = body.path("name");
    if (!Bodies.isAbsent(given) && !given.isTextual()) {
      throw new ApiException(400, "name must be a string");
    }
    String name = given.isTextual() ? Snapshots.fullName(given.textValue()) : null;
    boolean memory = Bodies.flag(body, "memory", true);
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, FIELDS));
    LocalSandbox sandbox = sandboxes.get(id);
    String refusal = memory ? sandboxes.unenforced().refusal("memory") : null;
    if (refusal != null) {
      throw new ApiException(
          400, "memory is true unless it is false, and then a snapshot has the files: " + refusal);
    }
    try {
      exchange.json(201, tree(sandboxes.snapshots().take(sandbox, name)));
    } catch (DirectoryCopy.TooLargeException e) {
      throw new ApiException(400, "the sandbox's directory is too large: " + e.getMessage());
    }
  }

  void fork(String id) {
    LocalSandbox sandbox = sandboxes.get(id);
    throw new ApiException(
        400,
        "local sandboxes cannot be forked, because the memory of processes cannot be copied;"
            + " make a snapshot of "
            + sandbox.id()
            + " with memory false and create from that");
  }

  void list(Exchange exchange) throws IOException {
    Query query = exchange.query();
    String sandboxId = query.get("sandboxID");
    String given = query.get("name");
    String name = given == null ? null : Snapshots.fullName(given);
    int limit = SandboxListing.limit(query.get("limit"));
    long before = position(query.get("nextToken"));
    List<Snapshot> rest =
        sandboxes.snapshots().all().stream()
            .filter(one -> sandboxId == null || one.sandboxId().equals(sandboxId))
            .filter(one -> name == null || name.equals(one.name()))
            .filter(one -> one.number() < before)
            .toList();
    List<Snapshot> page = rest.subList(0, Math.min(limit, rest.size()));
    if (page.size() < rest.size()) {
      exchange.set("X-Next-Token", Long.toString(page.get(page.size() - 1).number()));
    }
    ArrayNode tree = GoJson.array();
    page.forEach(one -> tree.add(tree(one)));
    exchange.json(200, tree);
  }

  private static long position(@Nullable String token) {
    if (token == null || token.isEmpty()) return Long.MAX_VALUE;
    if (token.matches("\\d{1,18}")) return Long.parseLong(token);
    throw new ApiException(400, "nextToken is not a token of this server");
  }

  private static ObjectNode tree(Snapshot snapshot) {
    ObjectNode tree = GoJson.object();
    tree.put("snapshotID", snapshot.template().id());
    ArrayNode names = tree.putArray("names");
    if (snapshot.name() != null) names.add(snapshot.name());
    return tree;
  }

  /**
   * @param encoded the reference as it is in the path
   */
  void delete(Exchange exchange, String encoded) throws IOException {
    String reference = reference(encoded);
    Snapshot snapshot = sandboxes.snapshots().find(reference);
    if (snapshot == null) throw Templates.notFound(reference);
    boolean used =
        sandboxes.all().stream()
            .anyMatch(one -> one.spec().template().id().equals(snapshot.template().id()));
    if (used) {
      throw new ApiException(400, "snapshot '" + reference + "' is in use by sandboxes");
    }
    if (!sandboxes.snapshots().delete(snapshot)) throw Templates.notFound(reference);
    exchange.answer(204);
  }

  private static String reference(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), UTF_8);
    } catch (IllegalArgumentException e) {
      throw new ApiException(400, "the path is not percent-encoded");
    }
  }
}
