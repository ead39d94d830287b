package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.ControlPlaneMessages.assertApiHeaders;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import java.time.Duration;
import java.util.Map;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One sandbox at the control plane: created, connected to, killed. */
class ControlPlaneTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  /** The body of a create, without the nonce that it must have. */
  private static JsonNode createBody(RecordedRequest request) throws Exception {
    ObjectNode body = (ObjectNode) ScriptedE2b.json(request);
    ObjectNode metadata = (ObjectNode) body.path("metadata");
    assertThat(metadata.remove("sandpiper-nonce").asText()).matches("sp-[0-9a-f]{32}");
    return body;
  }

  @Test
  void createWithDefaultsAsksForAsMuchAsE2bsOwnClients() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = e2b.client().create(SandboxSpec.standard());

    assertThat(sandbox.id()).isEqualTo("isb1");
    assertThat(sandbox.wasResumed()).isFalse();
    RecordedRequest request = e2b.take("POST /v2/sandboxes");
    assertApiHeaders(request);
    assertThat(request.getHeaders().get("Content-Type")).isEqualTo("application/json");
    assertThat(createBody(request))
        .isEqualTo(
            ScriptedE2b.parse(
                """
                {"templateID": "base", "timeout": 300, "metadata": {}}"""));
    sandbox.detach();
  }

  @Test
  void createWithEverythingSendsEverything() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    SandboxSpec common =
        SandboxSpec.template("team/python:3.12")
            .environment("TOKEN", "a=b \"c\"")
            .label("user id", "ünïcode")
            .timeToLive(Duration.ofMillis(90_001));
    e2b.client().create(E2bSandboxSpec.of(common).internetAccess(false)).detach();

    assertThat(createBody(e2b.take("POST /v2/sandboxes")))
        .isEqualTo(
            ScriptedE2b.parse(
                """
                {"templateID": "team/python:3.12", "timeout": 91,
                 "allow_internet_access": false, "metadata": {"user id": "ünïcode"},
                 "envVars": {"TOKEN": "a=b \\"c\\""}}"""));
  }

  @Test
  void closingWhatWasCreatedKillsItOnce() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = e2b.client().create(SandboxSpec.standard());
    e2b.answer(204, "");
    sandbox.close();
    sandbox.close();

    e2b.take();
    RecordedRequest kill = e2b.take("DELETE /sandboxes/isb1");
    assertApiHeaders(kill);
    assertThat(ScriptedE2b.body(kill).size()).isZero();
  }

  @Test
  void closingWhatWasConnectedToLeavesItAlone() throws Exception {
    e2b.sandbox().close();
  }

  @Test
  void killThatFailsInCloseIsAWarningWithTheId() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = e2b.client().create(SandboxSpec.standard());
    e2b.answer(500, "{\"message\": \"no\"}");
    sandbox.close();

    e2b.take();
    e2b.take("DELETE /sandboxes/isb1");
    assertThat(dev.sandpiper.testing.CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN sandbox isb1 could not be killed"))
        .noneMatch(line -> line.contains("{}"));
  }

  @Test
  void killSaysWhetherThereWasSomethingToKill() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    e2b.answer(404, "");
    assertThat(sandbox.kill()).isTrue();
    assertThat(sandbox.kill()).isFalse();
    e2b.take("DELETE /sandboxes/isb1");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void aSandboxIsKilledByItsId() throws Exception {
    e2b.answer(204, "");
    e2b.answer(404, "");
    E2bClient client = e2b.client();
    assertThat(client.kill("isb1")).isTrue();
    assertThat(client.kill("isb1")).isFalse();
    e2b.take("DELETE /sandboxes/isb1");
    e2b.take("DELETE /sandboxes/isb1");
    assertThatIllegalArgumentException().isThrownBy(() -> client.kill(" "));
  }

  @ParameterizedTest
  @CsvSource({"200,false", "201,true"})
  void connectTellsARunningSandboxFromOneThatWasWoken(int status, boolean resumed)
      throws Exception {
    e2b.answer(status, ScriptedE2b.sandboxJson("0.6.13"));
    E2bSandbox sandbox = e2b.client().connect("isb1", Duration.ofMillis(1));

    assertThat(sandbox.wasResumed()).isEqualTo(resumed);
    RecordedRequest request = e2b.take("POST /sandboxes/isb1/connect");
    assertApiHeaders(request);
    assertThat(ScriptedE2b.json(request)).isEqualTo(ScriptedE2b.parse("{\"timeout\": 1}"));
  }

  @Test
  void connectGrantsFiveMinutesUnlessToldOtherwise() throws Exception {
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    e2b.client().connect("isb1");
    assertThat(ScriptedE2b.json(e2b.take())).isEqualTo(ScriptedE2b.parse("{\"timeout\": 300}"));
  }

  @Test
  void connectWithZeroOnlyLooks() throws Exception {
    e2b.answer(
        200,
        """
        {"templateID": "base", "sandboxID": "isb1", "envdVersion": "0.6.13",
         "envdAccessToken": null, "domain": null, "state": "paused",
         "startedAt": "2026-11-20T10:00:00Z", "endAt": "2026-11-20T10:05:00Z"}""");
    E2bSandbox sandbox = e2b.client().connect("isb1", Duration.ZERO);
    assertThat(sandbox.wasResumed()).isFalse();
    assertThat(ScriptedE2b.body(e2b.take("GET /sandboxes/isb1")).size()).isZero();
  }

  @Test
  void anIdIsOneSegmentHoweverItIsSpelled() throws Exception {
    e2b.answer(404, "{\"code\": 404, \"message\": \"no\"}");
    assertThatThrownBy(() -> e2b.client().connect("a/b?c", Duration.ofMinutes(1)))
        .isInstanceOf(NotFoundException.class);
    e2b.take("POST /sandboxes/a%2Fb%3Fc/connect");
    for (String id : new String[] {".", "..", "", " "}) {
      assertThatIllegalArgumentException().isThrownBy(() -> e2b.client().connect(id));
    }
  }

  @Test
  void expireInSetsTheTimeFromNow() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(204, "");
    sandbox.expireIn(Duration.ofSeconds(30));
    RecordedRequest request = e2b.take("POST /sandboxes/isb1/timeout");
    assertThat(ScriptedE2b.json(request)).isEqualTo(ScriptedE2b.parse("{\"timeout\": 30}"));
    assertThatIllegalArgumentException().isThrownBy(() -> sandbox.expireIn(Duration.ZERO));
  }

  @Test
  void theSandboxsOwnDomainWinsAndItsTokensGoWhereTheyBelong() throws Exception {
    e2b.answer(
        200,
        """
        {"templateID": "base", "sandboxID": "isb1", "envdVersion": "0.6.13", "domain": "own.test",
         "envdAccessToken": "secret-1", "trafficAccessToken": "secret-2"}""");
    E2bClient client =
        e2b.open(E2bClient.builder().environment(Map.of("E2B_API_URL", e2b.url())).apiKey("e2b_1"));
    E2bSandbox sandbox = client.connect("isb1");

    e2b.take();
    assertThat(sandbox.endpoint(80).uri()).hasToString("https://80-isb1.own.test");
    assertThat(sandbox.endpoint(80).headers())
        .containsExactly(Map.entry("e2b-traffic-access-token", "secret-2"));
    assertThat(sandbox.toString()).doesNotContain("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"\""})
  void withoutADomainOfItsOwnASandboxIsAtTheClients(String domain) throws Exception {
    e2b.answer(
        200,
        """
        {"templateID": "base", "sandboxID": "isb1", "envdVersion": "0.6.13", "domain": %s,
         "envdAccessToken": null, "trafficAccessToken": ""}"""
            .formatted(domain));
    E2bClient client =
        e2b.open(
            E2bClient.builder()
                .environment(Map.of("E2B_API_URL", e2b.url(), "E2B_DOMAIN", "corp.test"))
                .apiKey("e2b_1"));
    E2bSandbox sandbox = client.connect("isb1");

    e2b.take();
    assertThat(sandbox.endpoint(80).uri()).hasToString("https://80-isb1.corp.test");
    assertThat(sandbox.endpoint(80).headers()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"sandboxID\": \"isb1\"}",
        "{\"sandboxID\": \"isb1\", \"envdVersion\": \"new\"}",
        "{\"sandboxID\": \"isb1\", \"envdVersion\": \"0.6.13\", \"envdAccessToken\": \"a\\nb\"}"
      })
  void aConnectAnswerThatCannotBeUsedIsAnError(String body) throws Exception {
    e2b.answer(200, body);
    assertThatThrownBy(() -> e2b.client().connect("isb1")).isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @Test
  void debugModeMakesNoCallToCreateConnectOrKill() {
    E2bClient client = e2b.open(e2b.builder().debug(true));
    try (E2bSandbox created = client.create(SandboxSpec.standard())) {
      assertThat(created.id()).isEqualTo("debug_sandbox_id");
      created.expireIn(Duration.ofSeconds(1));
      assertThat(created.kill()).isTrue();
    }
    try (E2bSandbox connected = client.connect("whatever")) {
      assertThat(connected.id()).isEqualTo("debug_sandbox_id");
    }
  }

  @Test
  void aClosedClientRefusesAndClosingItNamesWhatIsStillOpen() throws Exception {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
    E2bClient client = e2b.client();
    client.create(SandboxSpec.standard());
    client.close();

    e2b.take();
    assertThat(dev.sandpiper.testing.CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN") && line.contains("isb1"));
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> client.connect("isb1")).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> client.list(SandboxFilter.all()))
        .isInstanceOf(IllegalStateException.class);
  }
}
