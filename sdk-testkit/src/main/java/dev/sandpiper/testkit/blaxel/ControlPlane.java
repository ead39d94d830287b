package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.PercentEncoding;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Unenforced;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Blaxel's REST interface for creating, finding, changing and deleting sandboxes. */
final class ControlPlane implements Endpoint {
  static final String BASE = "/v0";

  private static final String BY_EXTERNAL_ID = "by-external-id";
  private static final int MOST_BODY_BYTES = 8 << 20;
  private static final LocalDate FIRST_VERSION = LocalDate.of(2026, 4, 16);
  private static final LocalDate FIRST_WITH_PAGES = LocalDate.of(2026, 4, 28);

  private final AccessTokens tokens;
  private final String workspace;
  private final Set<String> images;
  private final Unenforced unenforced;
  private final Sandboxes sandboxes;

  public ControlPlane(
      AccessTokens tokens, String workspace, BlaxelOptions options, Sandboxes sandboxes) {
    this.tokens = tokens;
    this.workspace = workspace;
    this.images = options.images();
    this.unenforced = new Unenforced(options.unenforced());
    this.sandboxes = sandboxes;
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    try {
      route(exchange);
    } catch (ApiException e) {
      exchange.json(e.status(), e.body());
    } catch (Query.MalformedException e) {
      ApiException refusal = ApiException.of(400, String.valueOf(e.getMessage()));
      exchange.json(refusal.status(), refusal.body());
    }
  }

  private void route(Exchange exchange) throws IOException {
    String path = PercentEncoding.decode(exchange.path());
    if (path == null || !path.startsWith(BASE + "/")) throw ApiException.of(404, "not found");
    path = path.substring(BASE.length());
    if (path.equals("/oauth/token")) {
      issueToken(exchange);
      return;
    }
    authenticate(exchange);
    LocalDate version = version(exchange.header("Blaxel-Version"));
    switch (exchange.method() + " " + path) {
      case "POST /sandboxes" -> create(exchange);
      case "GET /sandboxes" ->
          new SandboxListing(exchange.query(), !version.isBefore(FIRST_WITH_PAGES))
              .answer(exchange, sandboxes.all());
      default -> routeToOne(exchange, path);
    }
  }

  /** Clients use newer versions too, which are the same for the calls implemented here. */
  private static LocalDate version(@Nullable String header) {
    if (header == null) return FIRST_VERSION;
    try {
      LocalDate version = LocalDate.parse(header);
      if (!version.isBefore(FIRST_VERSION)) return version;
    } catch (DateTimeException e) {
      throw ApiException.unknownVersion(header);
    }
    throw ApiException.unknownVersion(header);
  }

  private void routeToOne(Exchange exchange, String path) throws IOException {
    String[] names = path.substring(1).split("/", -1);
    if (names.length == 3 && path.startsWith("/sandboxes/" + BY_EXTERNAL_ID + "/")) {
      byExternalId(exchange, names[2]);
      return;
    }
    if (names.length != 2 || !names[0].equals("sandboxes") || names[1].equals(BY_EXTERNAL_ID)) {
      throw ApiException.of(404, "the local Blaxel has no " + exchange.method() + " " + path);
    }
    switch (exchange.method()) {
      case "GET" -> exchange.json(200, sandbox(names[1]).detail());
      case "PUT" -> replace(exchange, sandbox(names[1]));
      case "DELETE" -> delete(exchange, sandbox(names[1]));
      default -> throw ApiException.of(405, "method not allowed");
    }
  }

  private void issueToken(Exchange exchange) throws IOException {
    ObjectNode token = tokens.issue(exchange.header("Authorization"), body(exchange));
    if (token == null) throw ApiException.of(400, "invalid_grant");
    exchange.json(200, token);
  }

  private void authenticate(Exchange exchange) {
    String token = AccessTokens.given(exchange);
    if (token == null || !tokens.isValid(token)) throw ApiException.of(401, "Unauthorized");
    String header = exchange.header("X-Blaxel-Workspace");
    String asked = header == null ? exchange.query().get("workspace") : header;
    if (asked == null) throw ApiException.of(400, "workspace is missing");
    if (!asked.equals(workspace)) throw ApiException.of(403, "no role in workspace " + asked);
  }

  private void create(Exchange exchange) throws IOException {
    Definition definition = Definition.parse(body(exchange), images, unenforced);
    boolean ifAbsent = "true".equals(exchange.query().get("createIfNotExist"));
    exchange.json(200, sandboxes.create(definition, ifAbsent).detail());
  }

  /** The newest sandbox that has not ended. */
  private void byExternalId(Exchange exchange, String id) throws IOException {
    SandboxRecord found =
        sandboxes.all().stream()
            .filter(record -> id.equals(record.definition().externalId()))
            .filter(record -> record.status() != SandboxRecord.Status.TERMINATED)
            .findFirst()
            .orElseThrow(() -> ApiException.notFound(id));
    exchange.json(200, found.detail());
  }

  private void replace(Exchange exchange, SandboxRecord record) throws IOException {
    requireAlive(record);
    sandboxes.replace(record, Definition.parse(body(exchange), images, unenforced));
    exchange.json(200, record.detail());
  }

  private void delete(Exchange exchange, SandboxRecord record) throws IOException {
    requireAlive(record);
    boolean unused = sandboxes.delete(record);
    exchange.json(200, record.detail());
  }

  private static void requireAlive(SandboxRecord record) {
    if (record.status() == SandboxRecord.Status.TERMINATED) {
      throw ApiException.notFound(record.name());
    }
  }

  private SandboxRecord sandbox(String name) {
    SandboxRecord record = sandboxes.find(name);
    if (record == null) throw ApiException.notFound(name);
    return record;
  }

  private static JsonNode body(Exchange exchange) throws IOException {
    byte @Nullable [] bytes = exchange.body(MOST_BODY_BYTES);
    if (bytes == null) throw ApiException.of(413, "the request's body is above 8 MiB");
    try {
      return bytes.length == 0 ? GoJson.object() : GoJson.first(bytes);
    } catch (GoJson.MalformedException e) {
      throw ApiException.of(400, "invalid request body: " + e.getMessage());
    }
  }
}
