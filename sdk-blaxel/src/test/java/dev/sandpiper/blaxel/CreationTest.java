package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Expiration;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Port;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreationTest {
  private static final String CREATE = "POST /v0/sandboxes";
  private static final String LOOK = "GET /v0/sandboxes/sbx-1";
  private static final String LIST = "GET /v0/sandboxes";
  private static final String DELETE = "DELETE /v0/sandboxes/sbx-1";
  private static final String HEALTH = "GET /sbx/health";
  private static final String CONFLICT =
      "{\"code\":\"SANDBOX_ALREADY_EXISTS\",\"message\":\"sandbox exists\",\"status_code\":409}";
  private static final BlaxelSandboxSpec NAMED =
      BlaxelSandboxSpec.of(SandboxSpec.standard()).name("sbx-1");

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private void healthy() {
    blaxel.always(HEALTH, request -> ScriptedBlaxel.json(200, "{\"status\":\"ok\"}"));
  }

  private void deletable() {
    blaxel.on(DELETE, ScriptedBlaxel.json(200, blaxel.record("DELETING", "")));
  }

  private static MockResponse gatewayTimeout() {
    return new MockResponse.Builder()
        .code(504)
        .addHeader("Content-Type", "text/html")
        .body("<html>504</html>")
        .build();
  }

  private static MockResponse cut() {
    return new MockResponse.Builder().onResponseStart(new SocketEffect.CloseSocket()).build();
  }

  private JsonNode sent() throws Exception {
    return ScriptedBlaxel.json(blaxel.first(CREATE));
  }

  /** The record of the sandbox that the first create asked for. */
  private MockResponse ours(String status) throws Exception {
    return blaxel.created(blaxel.first(CREATE), status);
  }

  private MockResponse oursListed() throws Exception {
    String labels = sent().path("metadata").path("labels").toString();
    String item = blaxel.record("DEPLOYED", "").replace("{\"team\":\"x\"}", labels);
    return ScriptedBlaxel.json(200, "{\"data\":[" + item + "],\"meta\":{\"hasMore\":false}}");
  }

  @Test
  void createWithoutANameLeavesItToThePlatform() throws Exception {
    healthy();
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    BlaxelSandbox sandbox = blaxel.client().create(SandboxSpec.standard());

    assertThat(sandbox.id()).isEqualTo("sbx-1");
    assertThat(sandbox.wasCreated()).isTrue();
    JsonNode metadata = sent().path("metadata");
    assertThat(metadata.has("name")).isFalse();
    assertThat(metadata.path("externalId").asText()).matches("sp-[0-9a-f]{32}");
    JsonNode runtime = sent().path("spec").path("runtime");
    assertThat(runtime.path("image").asText()).isEqualTo("blaxel/base-image:latest");
    assertThat(runtime.path("memory").asInt()).isEqualTo(4096);
    assertThat(runtime.path("ttl").asText()).isEqualTo("300s");
    assertThat(sent().path("spec").has("region")).isFalse();
    var request = blaxel.first(CREATE);
    assertThat(request.getTarget()).isEqualTo("/v0/sandboxes");
    assertThat(request.getHeaders().get("Blaxel-Version")).isEqualTo("2026-04-28");
    assertThat(request.getHeaders().get("X-Blaxel-Workspace")).isEqualTo("acme");
    assertThat(request.getHeaders().get("User-Agent")).startsWith("sandpiper-blaxel/");
    deletable();
    sandbox.close();
    sandbox.close();
  }

  @Test
  void createWithEverythingSendsEverything() throws Exception {
    healthy();
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    SandboxSpec common =
        SandboxSpec.template("blaxel/py-app:latest")
            .environment("A", "b=\"c\"")
            .label("team", "x")
            .timeToLive(Duration.ofMillis(90_001));
    BlaxelSandboxSpec spec =
        BlaxelSandboxSpec.of(common)
            .name("sbx-1")
            .displayName("My box")
            .externalId("user-42")
            .region("eu-lon-1")
            .memoryMegabytes(8192)
            .port(3000)
            .port(new Port(53, Port.Protocol.UDP, Optional.of("dns")))
            .volume(new Volume("data", "/data", true))
            .secretEnvironment("S", "t")
            .expiration(Expiration.whenIdle(Duration.ofMinutes(30)))
            .expiration(Expiration.afterAge(Duration.ofMillis(1_500)))
            .expiration(Expiration.at(Instant.EPOCH))
            .network("{\"proxy\":{\"allowedDomains\":[\"a.com\"]}}");
    blaxel.client().create(spec).detach();

    JsonNode sent = sent();
    assertThat(sent.path("metadata").path("name").asText()).isEqualTo("sbx-1");
    assertThat(sent.path("metadata").path("displayName").asText()).isEqualTo("My box");
    assertThat(sent.path("metadata").path("externalId").asText()).isEqualTo("user-42");
    assertThat(sent.path("metadata").path("labels").path("team").asText()).isEqualTo("x");
    assertThat(sent.path("spec").path("region").asText()).isEqualTo("eu-lon-1");
    assertThat(sent.path("spec").path("runtime").toString())
        .isEqualTo(
            "{\"image\":\"blaxel/py-app:latest\",\"memory\":8192,\"ttl\":\"91s\",\"ports\":["
                + "{\"target\":3000,\"protocol\":\"HTTP\"},"
                + "{\"target\":53,\"protocol\":\"UDP\",\"name\":\"dns\"}],\"envs\":["
                + "{\"name\":\"A\",\"value\":\"b=\\\"c\\\"\"},"
                + "{\"name\":\"S\",\"value\":\"t\",\"secret\":true}]}");
    assertThat(sent.path("spec").path("volumes").toString())
        .isEqualTo("[{\"name\":\"data\",\"mountPath\":\"/data\",\"readOnly\":true}]");
    assertThat(sent.path("spec").path("lifecycle").toString())
        .isEqualTo(
            "{\"expirationPolicies\":[{\"type\":\"ttl-idle\",\"value\":\"1800s\",\"action\":\"delete\"},"
                + "{\"type\":\"ttl-max-age\",\"value\":\"2s\",\"action\":\"delete\"},"
                + "{\"type\":\"date\",\"value\":\"1970-01-01T00:00:00Z\",\"action\":\"delete\"}]}");
    assertThat(sent.path("spec").path("network").path("proxy").path("allowedDomains").toString())
        .isEqualTo("[\"a.com\"]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a_b", "-a", "a-", "a.b"})
  void namesThatBlaxelRefusesAreRefusedHere(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlaxelSandboxSpec.of(SandboxSpec.standard()).name(name));
  }

  @Test
  void theClientsRegionIsUsedWhereTheSpecHasNone() throws Exception {
    healthy();
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    BlaxelClient client = blaxel.open(blaxel.builder().region("eu-fra-1"));
    client.create(BlaxelSandboxSpec.of(SandboxSpec.standard()).region("")).detach();

    assertThat(sent().path("spec").path("region").asText()).isEqualTo("eu-fra-1");
  }

  @Test
  void aSandboxIsReadyWhenItAnswers() throws Exception {
    String waking =
        "{\"error\":{\"code\":\"WORKLOAD_UNAVAILABLE\",\"message\":\"soon\",\"retryable\":true,"
            + "\"origin\":\"platform\"}}";
    blaxel.on(HEALTH, ScriptedBlaxel.json(404, waking));
    blaxel.on(HEALTH, new MockResponse.Builder().code(502).body("<html>").build());
    healthy();
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYING"));
    blaxel.on(LOOK, request -> ours("DEPLOYED"));
    blaxel.client().create(SandboxSpec.standard()).detach();
  }

  @Test
  void aSandboxThatFailsOnItsWayIsDeleted() throws Exception {
    blaxel.always(HEALTH, request -> new MockResponse.Builder().code(502).build());
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYING"));
    blaxel.on(LOOK, request -> ours("FAILED"));
    deletable();
    assertThatThrownBy(() -> blaxel.client().create(SandboxSpec.standard()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("it is FAILED");
  }

  @Test
  void oneThatWasThereIsNeverDeleted() {
    blaxel.always(HEALTH, request -> new MockResponse.Builder().code(502).build());
    blaxel.on(CREATE, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    assertThatThrownBy(() -> blaxel.client().createIfAbsent(NAMED))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("does not respond");
  }

  @Test
  void createIfAbsentTakesTheOneThatIsThereAndLeavesIt() {
    healthy();
    blaxel.on(CREATE, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    BlaxelSandbox sandbox = blaxel.client().createIfAbsent(NAMED);

    assertThat(sandbox.wasCreated()).isFalse();
    assertThat(blaxel.lines()).contains("POST /v0/sandboxes?createIfNotExist=true");
    sandbox.close();
  }

  @Test
  void createIfAbsentFindsTheOneInTheWayOfAConflict() {
    healthy();
    blaxel.on(CREATE, ScriptedBlaxel.json(409, CONFLICT));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    assertThat(blaxel.client().createIfAbsent(NAMED).wasCreated()).isFalse();
  }

  @Test
  void aLivingOneOfTheSameNameIsAConflict() {
    blaxel.on(CREATE, ScriptedBlaxel.json(409, CONFLICT));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    assertThatThrownBy(() -> blaxel.client().create(NAMED))
        .isInstanceOfSatisfying(
            InvalidRequestException.class,
            e -> {
              assertThat(e.status()).hasValue(409);
              assertThat(e.code()).contains("SANDBOX_ALREADY_EXISTS");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERMINATING", "DELETING", "DEACTIVATING"})
  void aDyingOneIsWaitedFor(String status) {
    healthy();
    blaxel.on(CREATE, ScriptedBlaxel.json(409, CONFLICT));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record(status, "")));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record(status, "")));
    blaxel.on(LOOK, ScriptedBlaxel.json(404, "{\"error\":\"not found\",\"code\":404}"));
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    assertThat(blaxel.client().create(NAMED).detach()).isEqualTo("sbx-1");
  }

  @Test
  void aDyingOneThatStaysIsAConflictThatSaysSo() {
    blaxel.always(CREATE, request -> ScriptedBlaxel.json(409, CONFLICT));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, blaxel.record("DELETING", "")));
    assertThatThrownBy(() -> blaxel.client().create(NAMED))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("still DELETING");
  }

  @Test
  void theRecordOfADeadOneIsReplaced() {
    healthy();
    blaxel.on(CREATE, ScriptedBlaxel.json(409, CONFLICT));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("TERMINATED", "")));
    blaxel.on(CREATE, request -> blaxel.created(request, "DEPLOYED"));
    BlaxelSandbox sandbox = blaxel.client().create(NAMED);

    assertThat(sandbox.wasCreated()).isTrue();
    assertThat(blaxel.lines()).contains("POST /v0/sandboxes?createIfNotExist=true");
    sandbox.detach();
  }

  @Test
  void aCreateCutByTheGatewayIsWaitedForAndNotRepeated() {
    healthy();
    blaxel.on(CREATE, gatewayTimeout());
    blaxel.on(LOOK, ScriptedBlaxel.json(404, "{\"error\":\"not found\",\"code\":404}"));
    blaxel.on(LOOK, request -> ours("DEPLOYING"));
    blaxel.on(LOOK, request -> ours("DEPLOYED"));
    BlaxelSandbox sandbox = blaxel.client().create(NAMED);

    assertThat(sandbox.wasCreated()).isTrue();
    assertThat(blaxel.lines()).filteredOn(CREATE::equals).hasSize(1);
    sandbox.detach();
  }

  @Test
  void aCreateCutByTheGatewayMayFail() {
    blaxel.on(CREATE, gatewayTimeout());
    blaxel.on(LOOK, request -> ours("FAILED"));
    deletable();
    assertThatThrownBy(() -> blaxel.client().create(NAMED))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("it was created and is FAILED");
  }

  @Test
  void anUnnamedOneIsLookedForByItsExternalId() throws Exception {
    healthy();
    blaxel.on(CREATE, cut());
    blaxel.on(LIST, ScriptedBlaxel.json(200, "{\"data\":[],\"meta\":{\"hasMore\":false}}"));
    blaxel.on(LIST, request -> oursListed());
    blaxel.client().create(SandboxSpec.standard()).detach();

    String externalId = sent().path("metadata").path("externalId").asText();
    assertThat(blaxel.lines()).contains("GET /v0/sandboxes?limit=100&externalId=" + externalId);
  }

  @Test
  void whatIsNotFoundCannotBeKnown() {
    blaxel.on(CREATE, cut());
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(404, "{\"error\":\"not found\"}"));
    assertThatThrownBy(() -> blaxel.client().create(NAMED))
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("it is unknown whether it was created");
    assertThat(blaxel.lines()).filteredOn(CREATE::equals).hasSize(1);
  }

  @Test
  void somebodyElsesUnderTheSameNameIsNeitherTakenNorDeleted() {
    blaxel.on(CREATE, cut());
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    assertThatThrownBy(() -> blaxel.client().create(NAMED))
        .isInstanceOf(ConnectionLostException.class);
  }

  @Test
  void anInvalidImageIsTyped() {
    blaxel.on(
        CREATE,
        ScriptedBlaxel.json(400, "{\"code\":\"INVALID_IMAGE\",\"message\":\"no such image\"}"));
    assertThatThrownBy(() -> blaxel.client().create(SandboxSpec.template("nope")))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("no such image")
        .hasMessageContaining("INVALID_IMAGE");
  }
}
