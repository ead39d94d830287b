package dev.sandpiper.testkit.e2b.control;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.control.CreateRequest.Version;
import dev.sandpiper.testkit.e2b.sandbox.ApiException;
import dev.sandpiper.testkit.e2b.sandbox.Bodies;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.http.CrossOrigin;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.machine.Secrets;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.time.InstantSource;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** E2B's REST interface for creating, finding and ending sandboxes. */
public final class ControlPlane implements Endpoint {
  private static final Pattern ONE_SANDBOX =
      Pattern.compile(
          "(/v2)?/sandboxes/(?!metrics$)([^/]+)(?:/("
              + "connect|pause|resume|timeout|refreshes|snapshots|fork|network|metrics|logs))?");
  private static final Pattern ONE_TEMPLATE = Pattern.compile("/templates/([^/]+)");

  private final String apiKey;
  private final Sandboxes sandboxes;
  private final LifeCalls life;
  private final SnapshotCalls snapshots;
  private final MetricsCalls metrics;
  private final IdempotencyKeys keys = new IdempotencyKeys(InstantSource.system());

  public ControlPlane(String apiKey, Sandboxes sandboxes, ServerThreads threads) {
    this.apiKey = apiKey;
    this.sandboxes = sandboxes;
    this.life = new LifeCalls(sandboxes);
    this.snapshots = new SnapshotCalls(sandboxes);
    this.metrics = new MetricsCalls(sandboxes, threads);
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    try {
      if (CrossOrigin.isPreflight(exchange)) {
        CrossOrigin.answerPreflight(exchange);
        return;
      }
      CrossOrigin.allow(exchange);
      route(exchange);
    } catch (ApiException e) {
      e.answer(exchange);
    } catch (Query.MalformedException e) {
      new ApiException(400, String.valueOf(e.getMessage())).answer(exchange);
    }
  }

  private void route(Exchange exchange) throws IOException {
    String path = exchange.path();
    if (path.equals("/health")) {
      exchange.text(200, "Health check successful");
      return;
    }
    if (!Secrets.matches(apiKey, exchange.header("X-API-KEY"))) {
      throw new ApiException(401, "Invalid API key");
    }
    switch (exchange.method() + " " + path) {
      case "POST /sandboxes" -> create(exchange, Version.FIRST);
      case "POST /v2/sandboxes" -> create(exchange, Version.SECOND);
      case "GET /v2/sandboxes" -> new SandboxListing(exchange.query()).answer(exchange, sandboxes);
      case "GET /sandboxes/metrics" -> metrics.many(exchange);
      case "GET /snapshots" -> snapshots.list(exchange);
      default -> routeToOne(exchange, path);
    }
  }

  private void routeToOne(Exchange exchange, String path) throws IOException {
    Matcher template = ONE_TEMPLATE.matcher(path);
    if (template.matches() && exchange.method().equals("DELETE")) {
      snapshots.delete(exchange, template.group(1));
      return;
    }
    Matcher matcher = ONE_SANDBOX.matcher(path);
    if (!matcher.matches()) {
      throw new ApiException(404, "the local E2B has no " + exchange.method() + " " + path);
    }
    String version = matcher.group(1) == null ? "" : matcher.group(1);
    String id = matcher.group(2);
    String action = matcher.group(3) == null ? "" : "/" + matcher.group(3);
    switch (exchange.method() + " " + version + "/{id}" + action) {
      case "GET /{id}" -> exchange.json(200, SandboxTrees.detail(sandboxes.get(id)));
      case "DELETE /{id}" -> delete(exchange, id);
      case "POST /{id}/connect" -> life.connect(exchange, id, Version.FIRST);
      case "POST /v2/{id}/connect" -> life.connect(exchange, id, Version.SECOND);
      case "POST /{id}/pause" -> life.pause(exchange, id);
      case "POST /{id}/resume" -> life.resume(exchange, id);
      case "POST /{id}/timeout" -> life.timeout(exchange, id);
      case "POST /{id}/refreshes" -> life.refresh(exchange, id);
      case "POST /{id}/snapshots" -> snapshots.create(exchange, id);
      case "POST /{id}/fork" -> snapshots.fork(id);
      case "PUT /{id}/network" -> network(exchange, id);
      case "GET /{id}/metrics" -> metrics.one(exchange, id);
      case "GET /v2/{id}/logs" ->
          exchange.json(200, sandboxes.get(id).journal().answer(exchange.query()));
      default -> throw new ApiException(405, "method not allowed");
    }
  }

  private void create(Exchange exchange, Version version) throws IOException {
    String key = exchange.header(IdempotencyKeys.HEADER);
    if (key != null && version == Version.FIRST) {
      ApiException.throwIf(sandboxes.unenforced().refusal(IdempotencyKeys.HEADER));
    }
    ObjectNode body = Bodies.read(exchange);
    if (key == null || version == Version.FIRST) {
      exchange.json(201, create(body, version));
    } else {
      exchange.json(201, keys.create(key, body, () -> create(body, version)));
    }
  }

  private ObjectNode create(ObjectNode body, Version version) throws IOException {
    return SandboxTrees.handle(sandboxes.create(CreateRequest.parse(body, version, sandboxes)));
  }

  /** Local sandboxes are not isolated from the network, so only empty rules are accepted. */
  private void network(Exchange exchange, String id) throws IOException {
    ObjectNode body = GoJson.object();
    body.set("network", Bodies.read(exchange));
    LocalSandbox sandbox = sandboxes.get(id);
    if (sandbox.pause() != null) throw ApiException.notRunning(sandbox);
    ApiException.throwIf(sandboxes.unenforced().refusal("", body, CreateRequest.FIELDS));
    exchange.answer(204);
  }

  private void delete(Exchange exchange, String id) throws IOException {
    if (!sandboxes.kill(id)) throw ApiException.sandboxNotFound(id);
    exchange.answer(204);
  }
}
