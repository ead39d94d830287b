package dev.sandpiper.blaxel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Endpoint;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.testing.CapturedLog;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxesTest {
  private static final String LIST = "GET /v0/sandboxes";
  private static final String PREVIEWS = "POST /v0/sandboxes/sbx-1/previews";
  private static final String PREVIEW = "GET /v0/sandboxes/sbx-1/previews/sandpiper-3000";
  private static final String PREVIEW_TOKENS =
      "POST /v0/sandboxes/sbx-1/previews/sandpiper-3000/tokens";
  private static final String LOOK = "GET /v0/sandboxes/sbx-1";
  private static final String REPLACE = "PUT /v0/sandboxes/sbx-1";

  @RegisterExtension final ScriptedBlaxel blaxel = new ScriptedBlaxel();

  private static String item(String name, String state, String team) {
    return """
        {"metadata":{"name":"%s","labels":{"team":"%s","sandpiper-nonce":"sp-1"},
          "createdAt":"2026-08-17T10:00:00Z"},"spec":{"runtime":{"image":"i"}},
         "status":"DEPLOYED","state":"%s"}"""
        .formatted(name, team, state);
  }

  private List<String> names(SandboxFilter filter) {
    return blaxel.client().list(filter).stream().map(SandboxInfo::id).toList();
  }

  @Test
  void pagesAreFetchedAsTheyAreRead() {
    blaxel.on(
        LIST,
        ScriptedBlaxel.json(
            200,
            "{\"data\":["
                + item("a", "RUNNING", "x")
                + "],\"meta\":{\"hasMore\":true,"
                + "\"nextCursor\":\"c 2\",\"total\":2}}"));
    var iterator = blaxel.client().list(SandboxFilter.all()).iterator();
    SandboxInfo first = iterator.next();
    assertThat(first.id()).isEqualTo("a");
    assertThat(first.labels()).isEqualTo(Map.of("team", "x"));
    assertThat(first.startedAt()).contains(Instant.parse("2026-08-17T10:00:00Z"));
    assertThat(first.expiresAt()).isEmpty();
    assertThat(blaxel.lines()).containsExactly("GET /v0/sandboxes?limit=100&sort=createdAt%3Adesc");

    blaxel.on(
        LIST,
        ScriptedBlaxel.json(
            200, "{\"data\":[" + item("b", "STANDBY", "x") + "],\"meta\":{\"hasMore\":false}}"));
    assertThat(iterator.next().state()).isEqualTo(SandboxInfo.State.PAUSED);
    assertThat(iterator.hasNext()).isFalse();
    assertThat(blaxel.lines().get(1)).endsWith("cursor=c%202");
  }

  @Test
  void theOldShapeIsAListAlone() {
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[" + item("a", "RUNNING", "x") + "]"));
    assertThat(names(SandboxFilter.all())).containsExactly("a");
  }

  @Test
  void labelsAndStatesAreFilteredHere() {
    String all =
        "["
            + item("a", "RUNNING", "x")
            + ","
            + item("b", "STANDBY", "x")
            + ","
            + item("c", "RUNNING", "y")
            + "]";
    blaxel.always(LIST, request -> ScriptedBlaxel.json(200, all));
    assertThat(names(SandboxFilter.all().label("team", "x"))).containsExactly("a", "b");
    assertThat(names(SandboxFilter.all().label("team", "x").state(SandboxInfo.State.RUNNING)))
        .containsExactly("a");
  }

  @ParameterizedTest
  @CsvSource({"DELETING,DELETING", "TERMINATING,DELETING", "FAILED,OTHER", "DEPLOYING,OTHER"})
  void aSandboxThatIsBeingDeletedIsInAStateOfItsOwn(String told, SandboxInfo.State state) {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record(told, "")));
    assertThat(sandbox.info().state()).isEqualTo(state);
  }

  @Test
  void aPageThatNamesItselfAsTheNextIsAnErrorAndNoLoop() {
    blaxel.always(
        LIST,
        request ->
            ScriptedBlaxel.json(
                200, "{\"data\":[],\"meta\":{\"hasMore\":true,\"nextCursor\":\"c\"}}"));
    assertThatThrownBy(() -> names(SandboxFilter.all()))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("the cursor of an earlier page was repeated");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "7", "[{}]", "{\"data\":{}}"})
  void anAnswerThatIsNoListIsMalformed(String answer) {
    blaxel.on(LIST, ScriptedBlaxel.json(200, answer));
    assertThatThrownBy(() -> names(SandboxFilter.all())).isInstanceOf(WireFormatException.class);
  }

  /** It may have been garbled on its way. */
  @Test
  void aListThatCannotBeReadIsAskedForOnceMore() {
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[keepalive]"));
    blaxel.on(LIST, ScriptedBlaxel.json(200, "{\"data\":[]}"));
    assertThat(names(SandboxFilter.all())).isEmpty();
  }

  @Test
  void connectingToWhatIsNotThereIsNotFound() {
    blaxel.on(LOOK, ScriptedBlaxel.json(404, "{\"error\":\"Sandbox not found\",\"code\":404}"));
    BlaxelClient client = blaxel.client();
    assertThatThrownBy(() -> client.connect("sbx-1")).isInstanceOf(NotFoundException.class);
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("TERMINATED", "")));
    assertThatThrownBy(() -> client.connect("sbx-1"))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("TERMINATED");
  }

  @Test
  void connectingProlongsOnlyWhatWouldEndSooner() throws Exception {
    String soon = blaxel.record("DEPLOYED", "").replace("\"state\"", "\"expiresIn\":10,\"state\"");
    blaxel.on(LOOK, ScriptedBlaxel.json(200, soon));
    blaxel.on(LOOK, ScriptedBlaxel.json(200, soon));
    blaxel.on(REPLACE, ScriptedBlaxel.json(200, soon));
    BlaxelClient client = blaxel.client();
    client.connect("sbx-1", Duration.ofMinutes(5)).close();

    JsonNode sent = ScriptedBlaxel.json(blaxel.first(REPLACE));
    long age = Duration.between(Instant.parse("2026-11-20T10:00:00Z"), Instant.now()).toSeconds();
    String ttl = sent.path("spec").path("runtime").path("ttl").asText();
    assertThat(Long.parseLong(ttl.replace("s", ""))).isBetween(age + 290, age + 310);
    assertThat(sent.has("expiresIn")).isFalse();
    assertThat(sent.has("status")).isFalse();
    assertThat(sent.path("metadata").path("labels").path("team").asText()).isEqualTo("x");

    blaxel.on(LOOK, ScriptedBlaxel.json(200, soon));
    client.connect("sbx-1", Duration.ZERO).close();
  }

  private static String ending(String record) {
    return record
        .replace("\"state\"", "\"expiresIn\":10,\"state\"")
        .replace(
            "\"ttl\"", "\"envs\":[{\"name\":\"A\",\"value\":\"****\",\"secret\":true}],\"ttl\"");
  }

  @Test
  void aSandboxWithSecretsIsConnectedToAndEndsAtItsOwnTime() {
    String record = ending(blaxel.record("DEPLOYED", ""));
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, record));
    BlaxelClient client = blaxel.client();
    client.connect("sbx-1").close();
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.startsWith("WARN sandbox sbx-1 ends at its own time"));
    client.connect("sbx-1", Duration.ZERO).close();
    blaxel.on(
        LOOK, ScriptedBlaxel.json(200, record.replace("\"expiresIn\":10", "\"expiresIn\":900")));
    client.connect("sbx-1", Duration.ofMinutes(5)).close(); // it lives that long anyway
    assertThatThrownBy(() -> client.connect("sbx-1", Duration.ofMinutes(5)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("secrets");
  }

  @Test
  void aSandboxWhoseRecordMayNotBeWrittenIsConnectedTo() {
    String soon = blaxel.record("DEPLOYED", "").replace("\"state\"", "\"expiresIn\":10,\"state\"");
    blaxel.always(LOOK, request -> ScriptedBlaxel.json(200, soon));
    blaxel.always(REPLACE, request -> ScriptedBlaxel.json(403, "{\"error\":\"read only\"}"));
    BlaxelClient client = blaxel.client();
    client.connect("sbx-1").close();
    assertThatThrownBy(() -> client.connect("sbx-1", Duration.ofMinutes(5)))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("read only");
  }

  @Test
  void aLifeIsNotCountedFromACreationThatCannotBeRead() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    String record = blaxel.record("DEPLOYED", "").replace("2026-11-20T10:00:00Z", "long ago");
    blaxel.on(LOOK, ScriptedBlaxel.json(200, record));
    assertThatThrownBy(() -> sandbox.expireIn(Duration.ofHours(1)))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("sbx-1")
        .hasMessageContaining("metadata.createdAt");
  }

  @Test
  void anAddressThatCannotBeUsedIsAnErrorOfThePlatforms() {
    String record = blaxel.record("DEPLOYED", "").replace(blaxel.url() + "/sbx", "ftp://x");
    blaxel.on(LOOK, ScriptedBlaxel.json(200, record));
    assertThatThrownBy(() -> blaxel.client().connect("sbx-1"))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("sbx-1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"createdAt\":null",
        "\"createdAt\":\"2026-11-20 10:00:00\"",
        "\"labels\":null",
        "\"labels\":{\"a\":null}",
        "\"labels\":[]"
      })
  void oneOddRecordDoesNotHideTheOthers(String field) {
    String odd = "{\"metadata\":{\"name\":\"odd\"," + field + "},\"spec\":null,\"expiresIn\":9e30}";
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[" + odd + "," + item("a", "RUNNING", "x") + "]"));
    assertThat(names(SandboxFilter.all())).containsExactly("odd", "a");
  }

  @Test
  void aLabelWithoutAValueIsAbsent() {
    String odd = "{\"metadata\":{\"name\":\"odd\",\"labels\":{\"a\":null,\"n\":7}}}";
    blaxel.on(LIST, ScriptedBlaxel.json(200, "[" + odd + "]"));
    SandboxInfo info = blaxel.client().list(SandboxFilter.all()).iterator().next();
    assertThat(info.labels()).isEqualTo(Map.of("n", "7"));
    assertThat(info.template()).isEmpty();
    assertThat(info.startedAt()).isEmpty();
  }

  @Test
  void pagesThatGoRoundInACircleAreAnError() {
    for (String next : new String[] {"A", "B", "A"}) {
      blaxel.on(
          LIST,
          ScriptedBlaxel.json(
              200,
              "{\"data\":["
                  + item("a", "RUNNING", "y")
                  + "],\"meta\":{\"hasMore\":true,\"nextCursor\":\""
                  + next
                  + "\"}}"));
    }
    assertThatThrownBy(() -> names(SandboxFilter.all().label("team", "x")))
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("the cursor of an earlier page was repeated");
  }

  @Test
  void metadataIsChangedAndTheRestKept() throws Exception {
    BlaxelSandbox sandbox = blaxel.sandbox();
    String record = blaxel.record("DEPLOYED", ",\"externalId\":\"u-1\"");
    blaxel.on(
        LOOK,
        ScriptedBlaxel.json(
            200, record.replace("{\"team\":\"x\"}", "{\"a\":\"b\",\"sandpiper-nonce\":\"sp-9\"}")));
    blaxel.on(REPLACE, ScriptedBlaxel.json(200, "{}"));
    sandbox.updateMetadata(BlaxelMetadata.unchanged().labels(Map.of("c", "d")).displayName("Box"));

    JsonNode metadata = ScriptedBlaxel.json(blaxel.first(REPLACE)).path("metadata");
    assertThat(metadata.path("labels").toString())
        .isEqualTo("{\"c\":\"d\",\"sandpiper-nonce\":\"sp-9\"}");
    assertThat(metadata.path("displayName").asText()).isEqualTo("Box");
    assertThat(metadata.path("externalId").asText()).isEqualTo("u-1");
  }

  @Test
  void theTimeToLiveCanBeTakenAway() throws Exception {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    blaxel.on(REPLACE, ScriptedBlaxel.json(200, "{}"));
    sandbox.removeTimeToLive();

    JsonNode runtime = ScriptedBlaxel.json(blaxel.first(REPLACE)).path("spec").path("runtime");
    assertThat(runtime.has("ttl")).isFalse();
    assertThat(runtime.path("memory").asInt()).isEqualTo(4096);
  }

  @Test
  void aRecordWithMaskedSecretsIsLeftAlone() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    String secret = "\"envs\":[{\"name\":\"A\",\"value\":\"****\",\"secret\":true}],\"ttl\"";
    blaxel.on(
        LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "").replace("\"ttl\"", secret)));
    assertThatThrownBy(() -> sandbox.expireIn(Duration.ofHours(1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("masked");
  }

  @Test
  void killingTellsWhetherSomethingWasThere() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on("DELETE /v0/sandboxes/sbx-1", ScriptedBlaxel.json(200, "{}"));
    blaxel.on("DELETE /v0/sandboxes/sbx-1", ScriptedBlaxel.json(404, "{}"));
    assertThat(sandbox.kill()).isTrue();
    assertThat(sandbox.kill()).isFalse();
  }

  @Test
  void aSandboxIsKilledByItsName() {
    BlaxelClient client = blaxel.client();
    blaxel.on("DELETE /v0/sandboxes/sbx-1", ScriptedBlaxel.json(200, "{}"));
    blaxel.on("DELETE /v0/sandboxes/sbx-1", ScriptedBlaxel.json(404, "{}"));
    assertThat(client.kill("sbx-1")).isTrue();
    assertThat(client.kill("sbx-1")).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> client.kill(" "));
  }

  @Test
  void aPortIsReachedBehindTheSandboxesAddress() {
    assertThat(blaxel.sandbox().endpoint(3000).uri()).hasToString(blaxel.url() + "/sbx/port/3000");
  }

  /** Code that knows only Sandbox gives it on. */
  @Test
  void theAccountsTokenIsHandedOutOnlyByACallThatSaysSo() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    assertThat(sandbox.endpoint(3000).headers()).isEmpty();

    Endpoint endpoint = sandbox.endpointWithAccountToken(3000);
    assertThat(endpoint.uri()).isEqualTo(sandbox.endpoint(3000).uri());
    assertThat(endpoint.headers())
        .containsEntry("X-Blaxel-Authorization", "Bearer " + ScriptedBlaxel.KEY)
        .containsEntry("X-Blaxel-Workspace", "acme");
    assertThat(endpoint.toString()).doesNotContain(ScriptedBlaxel.KEY);
  }

  @Test
  void aPreviewHasATokenOfItsOwn() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    String preview =
        """
        {"metadata":{"name":"sandpiper-3000"},
         "spec":{"port":3000,"public":false,"url":"https://x.preview.bl.run"}}""";
    blaxel.on(PREVIEW, ScriptedBlaxel.json(404, "{}"));
    blaxel.on(PREVIEWS, ScriptedBlaxel.json(200, preview));
    blaxel.on(PREVIEW, ScriptedBlaxel.json(200, preview));
    blaxel.always(
        PREVIEW_TOKENS,
        request -> ScriptedBlaxel.json(200, "{\"spec\":{\"token\":\"of-the-preview\"}}"));
    for (int call = 0; call < 2; call++) {
      Endpoint endpoint = sandbox.previewEndpoint(3000, Duration.ofHours(1));
      assertThat(endpoint.uri()).hasToString("https://x.preview.bl.run/");
      assertThat(endpoint.headers())
          .containsExactly(Map.entry("X-Blaxel-Preview-Token", "of-the-preview"));
      assertThat(endpoint.toString()).doesNotContain("of-the-preview");
    }
    assertThat(blaxel.lines()).filteredOn(PREVIEWS::equals).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sandbox.previewEndpoint(3000, Duration.ZERO));
  }

  @Test
  void aPreviewThatSomebodyHasMadePublicIsRefused() {
    BlaxelSandbox sandbox = blaxel.sandbox();
    blaxel.on(PREVIEW, ScriptedBlaxel.json(200, "{\"spec\":{\"public\":true}}"));
    assertThatThrownBy(() -> sandbox.previewEndpoint(3000, Duration.ofHours(1)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("public");
  }

  @Test
  void aForcedAddressWinsOverThePlatforms() {
    blaxel.on(LOOK, ScriptedBlaxel.json(200, blaxel.record("DEPLOYED", "")));
    BlaxelClient client =
        blaxel.open(blaxel.builder().sandboxUrl("sbx-1", blaxel.url() + "/elsewhere/"));

    assertThat(client.connect("sbx-1").endpoint(9).uri())
        .hasToString(blaxel.url() + "/elsewhere/port/9");
  }
}
