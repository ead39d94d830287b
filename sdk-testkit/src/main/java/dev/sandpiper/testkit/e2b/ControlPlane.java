package dev.sandpiper.testkit.e2b;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.CreateRequest.Version;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Unenforced;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** E2B's REST interface for making, finding and ending sandboxes. */
final class ControlPlane implements Endpoint {
  private static final int MOST_BODY_BYTES = 16 * 1024 * 1024;
  private static final String ONE_OF_A_KEY = "Idempotency-Key";
  private static final Duration SHORTEST_REFRESH = Duration.ofSeconds(15);
  private static final Unenforced.Fields CONNECT_FIELDS =
      new Unenforced.Fields(Set.of("timeout"), Map.of("memory", BooleanNode.TRUE));
  private static final Pattern ONE_SANDBOX =
      Pattern.compile("(/v2)?/sandboxes/(?!metrics$)([^/]+)(?:/(connect|timeout|refreshes))?");

  /** A request that is refused, with the status and the reason for the answer. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    RefusedException(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private final String apiKey;
  private final Sandboxes sandboxes;

  ControlPlane(String apiKey, Sandboxes sandboxes) {
    this.apiKey = apiKey;
    this.sandboxes = sandboxes;
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
    } catch (RefusedException e) {
      refuse(exchange, e.status, String.valueOf(e.getMessage()));
    } catch (Query.MalformedException e) {
      refuse(exchange, 400, String.valueOf(e.getMessage()));
    }
    exchange.drain();
  }

  private void route(Exchange exchange) throws IOException {
    String path = exchange.path();
    if (path.equals("/health")) {
      exchange.text(200, "Health check successful");
      return;
    }
    if (!Secrets.matches(apiKey, exchange.header("X-API-KEY"))) {
      throw new RefusedException(401, "Invalid API key");
    }
    switch (exchange.method() + " " + path) {
      case "POST /sandboxes" -> create(exchange, Version.FIRST);
      case "POST /v2/sandboxes" -> create(exchange, Version.SECOND);
      case "GET /v2/sandboxes" -> new SandboxListing(exchange.query()).answer(exchange, sandboxes);
      default -> routeToOne(exchange, path);
    }
  }

  private void routeToOne(Exchange exchange, String path) throws IOException {
    Matcher matcher = ONE_SANDBOX.matcher(path);
    if (!matcher.matches()) {
      throw new RefusedException(404, "the local E2B has no " + exchange.method() + " " + path);
    }
    String version = matcher.group(1) == null ? "" : matcher.group(1);
    String id = matcher.group(2);
    String action = matcher.group(3) == null ? "" : "/" + matcher.group(3);
    switch (exchange.method() + " " + version + "/{id}" + action) {
      case "GET /{id}" -> exchange.json(200, SandboxTrees.detail(sandbox(id)));
      case "DELETE /{id}" -> delete(exchange, id);
      case "POST /{id}/connect" -> connect(exchange, id, Version.FIRST);
      case "POST /v2/{id}/connect" -> connect(exchange, id, Version.SECOND);
      case "POST /{id}/timeout" -> timeout(exchange, id);
      case "POST /{id}/refreshes" -> refresh(exchange, id);
      default -> throw new RefusedException(405, "method not allowed");
    }
  }

  private void create(Exchange exchange, Version version) throws IOException {
    if (exchange.header(ONE_OF_A_KEY) != null) {
      String refusal = sandboxes.unenforced().refusal(ONE_OF_A_KEY);
      if (refusal != null) throw new RefusedException(400, refusal);
    }
    CreateRequest request = CreateRequest.parse(body(exchange), version, sandboxes);
    LocalSandbox sandbox = sandboxes.create(request.spec(), request.timeToLive());
    exchange.json(201, SandboxTrees.handle(sandbox));
  }

  private void connect(Exchange exchange, String id, Version version) throws IOException {
    ObjectNode body = body(exchange);
    boolean left = version == Version.SECOND && !body.hasNonNull("timeout");
    Duration asked = left ? Duration.ofSeconds(version.defaultSeconds) : seconds(body, "timeout");
    Duration timeToLive = Sandboxes.bounded(asked);
    String refusal = sandboxes.unenforced().refusal("", body, CONNECT_FIELDS);
    if (refusal != null) throw new RefusedException(400, refusal);
    LocalSandbox sandbox = sandbox(id);
    sandboxes.extendTo(sandbox, timeToLive);
    exchange.json(200, SandboxTrees.handle(sandbox));
  }

  private void timeout(Exchange exchange, String id) throws IOException {
    Duration timeToLive = seconds(body(exchange), "timeout");
    sandboxes.expireIn(sandbox(id), timeToLive);
    exchange.answer(204);
  }

  private void refresh(Exchange exchange, String id) throws IOException {
    ObjectNode body = body(exchange);
    Duration asked = body.has("duration") ? seconds(body, "duration") : Duration.ZERO;
    if (asked.compareTo(Duration.ofHours(1)) > 0) {
      throw new RefusedException(400, "duration must be at most 3600 seconds");
    }
    sandboxes.extendTo(
        sandbox(id), asked.compareTo(SHORTEST_REFRESH) < 0 ? SHORTEST_REFRESH : asked);
    exchange.answer(204);
  }

  private void delete(Exchange exchange, String id) throws IOException {
    if (!sandboxes.kill(id)) throw notFound(id);
    exchange.answer(204);
  }

  private LocalSandbox sandbox(String id) {
    LocalSandbox sandbox = sandboxes.find(id);
    if (sandbox == null) throw notFound(id);
    return sandbox;
  }

  private static RefusedException notFound(String id) {
    return new RefusedException(404, "sandbox \"" + id + "\" not found");
  }

  private static Duration seconds(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
      throw new RefusedException(400, field + " must be a number of seconds, zero or more");
    }
    return Duration.ofSeconds(value.intValue());
  }

  private static ObjectNode body(Exchange exchange) throws IOException {
    byte[] bytes = exchange.body(MOST_BODY_BYTES);
    if (bytes == null) throw new RefusedException(413, "the request's body is above 16 MiB");
    if (bytes.length == 0) return Exchange.json.createObjectNode();
    try {
      if (Exchange.json.readTree(bytes) instanceof ObjectNode tree) return tree;
    } catch (JsonProcessingException e) {
      throw new RefusedException(400, "the request's body is not JSON");
    }
    throw new RefusedException(400, "the request's body is not a JSON object");
  }

  private static void refuse(Exchange exchange, int status, String message) throws IOException {
    exchange.json(
        status, Exchange.json.createObjectNode().put("code", status).put("message", message));
  }
}
