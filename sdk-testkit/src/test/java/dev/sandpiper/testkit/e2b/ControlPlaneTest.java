package dev.sandpiper.testkit.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ControlPlaneTest {
  @RegisterExtension final LocalServer server = new LocalServer();

  private JsonNode tree(HttpResponse<String> response) throws Exception {
    return LocalServer.json.readTree(response.body());
  }

  @Test
  void aSandboxIsMadeWithATokenOnlyIfItIsSecure() throws Exception {
    JsonNode secure =
        tree(server.control("POST", "/sandboxes", "{\"templateID\":\"base\",\"secure\":true}"));
    assertThat(secure.path("envdAccessToken").asText()).hasSize(32);
    assertThat(secure.path("envdVersion").asText()).isEqualTo("0.6.13");
    assertThat(secure.path("domain").isNull()).isTrue();
    assertThat(secure.path("alias").asText()).isEqualTo("base");
    assertThat(secure.has("clientID")).isTrue();
    JsonNode open = tree(server.control("POST", "/sandboxes", "{\"templateID\":\"base\"}"));
    assertThat(open.has("envdAccessToken")).isFalse();
  }

  @Test
  void theKeyIsDemanded() throws Exception {
    HttpResponse<String> response =
        server.send(
            HttpRequest.newBuilder(URI.create(server.environment("E2B_API_URL") + "/v2/sandboxes"))
                .header("X-API-KEY", "e2b_0123"));
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(tree(response).path("code").asInt()).isEqualTo(401);
    assertThat(server.environment("E2B_API_KEY")).matches("e2b_[0-9a-f]+");
  }

  @Test
  void badRequestsForSandboxesAreRefused() throws Exception {
    assertThat(server.control("POST", "/sandboxes", "{\"templateID\":\"nope\"}").body())
        .isEqualTo("{\"code\":404,\"message\":\"template 'nope' not found\"}");
    for (String body :
        List.of(
            "{\"templateID\":\"base\",\"timeout\":0}",
            "{\"templateID\":\"base\",\"timeout\":-1}",
            "{\"templateID\":\"base\",\"metadata\":{\"a\":1}}",
            "{\"timeout\":5}",
            "[]",
            "{")) {
      assertThat(server.control("POST", "/sandboxes", body).statusCode()).as(body).isEqualTo(400);
    }
  }

  @Test
  void aSandboxDiesAtItsEndAndItsDirectoryGoes() throws Exception {
    TestSandbox sandbox = server.create("{\"templateID\":\"base\",\"timeout\":1}");
    try (EventStream events = sandbox.shell("sleep 60")) {
      events.pid();
      assertThat(catching(events)).isNotNull();
    }
    long patience = System.nanoTime() + 5_000_000_000L;
    while (Files.exists(sandbox.home()) && System.nanoTime() < patience) Thread.onSpinWait();
    assertThat(sandbox.home()).doesNotExist();
    assertThat(server.control("GET", "/sandboxes/" + sandbox.id(), "").statusCode()).isEqualTo(404);
    assertThat(server.send(sandbox.request("/health")).statusCode()).isEqualTo(502);
  }

  private static Throwable catching(EventStream events) {
    return catchThrowable(events::rest);
  }

  @Test
  void connectExtendsAndNeverShortens() throws Exception {
    TestSandbox sandbox = server.create();
    Instant end = endOf(sandbox);
    assertThat(connect(sandbox, 1).statusCode()).isEqualTo(200);
    assertThat(endOf(sandbox)).isEqualTo(end);
    HttpResponse<String> longer = connect(sandbox, 1200);
    assertThat(tree(longer).path("envdAccessToken").asText()).isEqualTo(sandbox.token());
    assertThat(endOf(sandbox)).isAfter(end.plus(Duration.ofMinutes(5)));
    assertThat(connect(new TestSandbox(server, "nobody", null), 5).statusCode()).isEqualTo(404);
  }

  @Test
  void timeoutSetsTheEndAndRefreshesOnlyExtends() throws Exception {
    TestSandbox sandbox = server.create();
    post(sandbox, "timeout", "{\"timeout\":20}");
    assertThat(endOf(sandbox)).isBefore(Instant.now().plusSeconds(21));
    post(sandbox, "refreshes", "{\"duration\":5}");
    assertThat(endOf(sandbox)).isAfter(Instant.now().plusSeconds(14));
    post(sandbox, "refreshes", "{\"duration\":100}");
    assertThat(endOf(sandbox)).isAfter(Instant.now().plusSeconds(95));
  }

  private HttpResponse<String> connect(TestSandbox sandbox, int seconds) throws Exception {
    return server.control(
        "POST", "/sandboxes/" + sandbox.id() + "/connect", "{\"timeout\":" + seconds + "}");
  }

  private void post(TestSandbox sandbox, String action, String body) throws Exception {
    HttpResponse<String> response =
        server.control("POST", "/sandboxes/" + sandbox.id() + "/" + action, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(204);
  }

  private Instant endOf(TestSandbox sandbox) throws Exception {
    return Instant.parse(
        tree(server.control("GET", "/sandboxes/" + sandbox.id(), "")).path("endAt").asText());
  }

  @Test
  void deletingTwiceIsNotFound() throws Exception {
    TestSandbox sandbox = server.create();
    assertThat(server.control("DELETE", "/sandboxes/" + sandbox.id(), "").statusCode())
        .isEqualTo(204);
    assertThat(server.control("DELETE", "/sandboxes/" + sandbox.id(), "").statusCode())
        .isEqualTo(404);
  }

  @Test
  void whatIsNotOfferedIsNotFound() throws Exception {
    TestSandbox sandbox = server.create();
    String path = "/sandboxes/" + sandbox.id();
    assertThat(server.control("POST", path + "/hibernate", "{}").statusCode()).isEqualTo(404);
    assertThat(server.control("GET", path + "/pause", "").statusCode()).isEqualTo(405);
    assertThat(server.control("GET", "/volumes", "").statusCode()).isEqualTo(404);
  }

  @Test
  void theListIsFilteredByMetadataInThreeLayersOfEncoding() throws Exception {
    TestSandbox wanted =
        server.create(
            "{\"templateID\":\"base\",\"metadata\":{\"user id\":\"a&b\",\"env\":\"prod\"}}");
    server.create("{\"templateID\":\"base\",\"metadata\":{\"env\":\"prod\"}}");
    JsonNode found =
        tree(
            server.control(
                "GET", "/v2/sandboxes?metadata=user%252520id%3Da%252526b%26env%3Dprod", ""));
    assertThat(found).hasSize(1);
    assertThat(found.get(0).path("sandboxID").asText()).isEqualTo(wanted.id());
    assertThat(found.get(0).path("metadata").path("user id").asText()).isEqualTo("a&b");
    assertThat(found.get(0).path("state").asText()).isEqualTo("running");
  }

  @Test
  void theListComesInPagesNewestFirst() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) ids.add(0, server.create().id());
    HttpResponse<String> first = server.control("GET", "/v2/sandboxes?limit=2", "");
    assertThat(first.headers().firstValue("X-Total-Running")).hasValue("3");
    String token = first.headers().firstValue("X-Next-Token").orElseThrow();
    HttpResponse<String> second =
        server.control("GET", "/v2/sandboxes?limit=2&nextToken=" + token, "");
    assertThat(second.headers().firstValue("X-Next-Token")).isEmpty();
    assertThat(concat(tree(first), tree(second))).isEqualTo(ids);
    assertThat(server.control("GET", "/v2/sandboxes?order=asc&nextToken=" + token, "").statusCode())
        .isEqualTo(400);
    assertThat(tree(server.control("GET", "/v2/sandboxes?state=paused", ""))).isEmpty();
    assertThat(server.control("GET", "/v2/sandboxes?limit=101", "").statusCode()).isEqualTo(400);
  }

  private static List<String> concat(JsonNode first, JsonNode second) {
    List<String> ids = new ArrayList<>();
    first.forEach(entry -> ids.add(entry.path("sandboxID").asText()));
    second.forEach(entry -> ids.add(entry.path("sandboxID").asText()));
    return ids;
  }

  @Test
  void theSecondVersionAlwaysHandsOutATokenAndLastsFiveMinutes() throws Exception {
    HttpResponse<String> created =
        server.control("POST", "/v2/sandboxes", "{\"templateID\":\"base\"}");
    assertThat(created.statusCode()).isEqualTo(201);
    JsonNode sandbox = LocalServer.json.readTree(created.body());
    assertThat(sandbox.path("envdAccessToken").asText()).isNotEmpty();
    String id = sandbox.path("sandboxID").asText();
    assertThat(secondsLeft(id)).isBetween(200L, 300L);
    HttpResponse<String> connected =
        server.control("POST", "/v2/sandboxes/" + id + "/connect", "{\"timeout\":900}");
    assertThat(connected.statusCode()).isEqualTo(200);
    assertThat(LocalServer.json.readTree(connected.body()).path("envdAccessToken"))
        .isEqualTo(sandbox.path("envdAccessToken"));
    assertThat(secondsLeft(id)).isBetween(800L, 900L);
    server.control("POST", "/v2/sandboxes/" + id + "/connect", "{}");
    assertThat(secondsLeft(id)).isBetween(800L, 900L);
  }

  private long secondsLeft(String id) throws Exception {
    JsonNode sandbox =
        LocalServer.json.readTree(server.control("GET", "/sandboxes/" + id, "").body());
    Instant end = Instant.parse(sandbox.path("endAt").asText());
    return Duration.between(Instant.now(), end).toSeconds();
  }
}
