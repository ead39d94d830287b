package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.AuthenticationException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlPlaneTest {
  private static final String NO_SANDBOXES = "[]";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private static JsonNode parse(String json) throws Exception {
    return Json.parse(json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static void assertApiHeaders(RecordedRequest request) {
    String userAgent = E2bClient.builder().userAgent().text();
    assertThat(request.getHeaders().get("X-API-KEY")).isEqualTo(ScriptedE2b.KEY);
    assertThat(request.getHeaders().get("User-Agent")).isEqualTo(userAgent);
    assertThat(request.getHeaders().get("Accept")).isEqualTo("application/json");
    assertThat(request.getHeaders().get("Accept-Encoding")).isEqualTo("identity");
    assertThat(request.getHeaders().get("lang")).isEqualTo("java");
    assertThat(request.getHeaders().get("lang_version")).isNotEmpty();
    assertThat(userAgent).endsWith(request.getHeaders().get("package_version"));
    assertThat(request.getHeaders().get("publisher")).isEqualTo("sandpiper");
    assertThat(request.getHeaders().get("sdk_runtime")).isEqualTo("jvm");
    assertThat(request.getHeaders().get("system")).isNotEmpty();
    assertThat(request.getHeaders().get("X-Access-Token")).isNull();
  }

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
            parse(
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
            parse(
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

  @ParameterizedTest
  @ValueSource(ints = {200, 404})
  void aPageThatIsNotTheApisSaysNothingOfASandbox(int status) throws Exception {
    String page = "<html><body>Please log in</body></html>";
    E2bSandbox sandbox = e2b.sandbox();
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            sandbox::kill,
            () -> sandbox.expireIn(Duration.ofMinutes(1)),
            () -> sandbox.updateNetwork(E2bNetwork.standard()))) {
      e2b.answer(status, page);
      assertThatThrownBy(call)
          .isInstanceOfAny(
              WireFormatException.class, PlatformException.class, InvalidRequestException.class)
          .isNotInstanceOf(NotFoundException.class);
      e2b.take();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"sandboxID\":\"isb1\",\"state\":\"running\"}", "[]"})
  void aConflictThatTheStateDoesNotExplainIsReportedAsItIs(String info) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(409, "{\"message\":\"in transition\"}");
    e2b.answer(200, info);
    assertThatThrownBy(() -> sandbox.expireIn(Duration.ofMinutes(1)))
        .isExactlyInstanceOf(PlatformException.class)
        .hasMessageContaining("in transition");
    e2b.take("POST /sandboxes/isb1/timeout");
    e2b.take("GET /sandboxes/isb1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"404 page not found\n", "{\"detail\":\"Not Found\"}"})
  void theUnknownRouteOfAnotherServiceSaysNothingOfASandbox(String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(404, body);
    assertThatThrownBy(sandbox::kill)
        .isExactlyInstanceOf(PlatformException.class)
        .hasMessageContaining("is the API URL right?");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void anAnswerThatIsCutOffDoesNotSayThatASandboxIsGone() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        new MockResponse.Builder()
            .code(404)
            .addHeader("Content-Type", "text/plain")
            .body("404 page not found" + " ".repeat(3_000))
            .onResponseBody(new SocketEffect.CloseSocket())
            .build());
    assertThatThrownBy(sandbox::kill).isInstanceOf(ConnectionLostException.class);
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void aPageThatIsNotTheApisDoesNotPause() throws Exception {
    String page = "<html><body>Please log in</body></html>";
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, page);
    e2b.answer(200, page); // to the look at it
    e2b.answer(200, page); // to another look
    assertThatThrownBy(sandbox::pause)
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("whether it will be paused cannot be known");
    e2b.take("POST /sandboxes/isb1/pause");
    e2b.take("GET /sandboxes/isb1");
    e2b.take("GET /sandboxes/isb1");
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
    assertThat(ScriptedE2b.json(request)).isEqualTo(parse("{\"timeout\": 1}"));
  }

  @Test
  void connectGrantsFiveMinutesUnlessToldOtherwise() throws Exception {
    e2b.answer(200, ScriptedE2b.sandboxJson("0.6.13"));
    e2b.client().connect("isb1");
    assertThat(ScriptedE2b.json(e2b.take())).isEqualTo(parse("{\"timeout\": 300}"));
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
    assertThat(ScriptedE2b.json(request)).isEqualTo(parse("{\"timeout\": 30}"));
    assertThatIllegalArgumentException().isThrownBy(() -> sandbox.expireIn(Duration.ZERO));
  }

  @Test
  void infoIsReadAsFarAsItIsThere() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"templateID": "t1", "alias": "python", "sandboxID": "isb1", "state": "running",
         "startedAt": "2026-11-20T10:00:00.123456Z", "endAt": "2026-11-20T12:05:00+02:00",
         "metadata": {"a": "b", "sandpiper-nonce": "sp-1"}, "surprise": [1, {}]}""");
    SandboxInfo info = sandbox.info();

    e2b.take("GET /sandboxes/isb1");
    assertThat(info.template()).contains("python");
    assertThat(info.state()).isEqualTo(SandboxInfo.State.RUNNING);
    assertThat(info.labels()).containsExactly(Map.entry("a", "b"));
    assertThat(info.startedAt()).contains(Instant.parse("2026-11-20T10:00:00.123456Z"));
    assertThat(info.expiresAt()).contains(Instant.parse("2026-11-20T10:05:00Z"));
  }

  @Test
  void aTimeWithoutAZoneIsUtcAndWhatIsNullIsNotThere() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        200,
        """
        {"templateID": "t1", "alias": null, "sandboxID": "isb1", "state": "dreaming",
         "startedAt": "2026-11-20T10:00:00.5", "endAt": null, "metadata": null}""");
    SandboxInfo info = sandbox.info();

    e2b.take();
    assertThat(info.template()).contains("t1");
    assertThat(info.state()).isEqualTo(SandboxInfo.State.OTHER);
    assertThat(info.startedAt()).contains(Instant.parse("2026-11-20T10:00:00.500Z"));
    assertThat(info.expiresAt()).isEmpty();
    assertThat(info.labels()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "{\"sandboxID\": null, \"templateID\": \"t\"}"})
  void infoThatCannotBeReadIsAnError(String body) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(200, body);
    assertThatThrownBy(sandbox::info).isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "absent",
      value = {
        "'2026-11-20T10:00:00Z', 2026-11-20T10:00:00Z",
        "'2026-11-20 10:00:00Z', 2026-11-20T10:00:00Z",
        "'2026-11-20 12:00:00.25+02:00', 2026-11-20T10:00:00.250Z",
        "'2026-11-20 12:00:00 +0200', 2026-11-20T10:00:00Z",
        "'2026-11-20t10:00:00z', 2026-11-20T10:00:00Z",
        "'2026-11-20 10:00', 2026-11-20T10:00:00Z",
        "'yesterday', absent",
        "'', absent"
      })
  void aMomentIsReadInEachSpellingOrLeftOut(String text, String moment) throws Exception {
    e2b.answer(200, "[" + odd("\"startedAt\": \"" + text + "\"") + "]");
    SandboxInfo info = e2b.client().list(SandboxFilter.all()).iterator().next();
    e2b.take();
    assertThat(info.startedAt().map(Instant::toString).orElse(null)).isEqualTo(moment);
  }

  private static String odd(String fields) {
    return "{\"sandboxID\": \"odd\", \"state\": \"running\", " + fields + "}";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"startedAt\": null",
        "\"startedAt\": 1",
        "\"startedAt\": {}",
        "\"templateID\": null, \"alias\": null",
        "\"templateID\": 5",
        "\"endAt\": \"never\"",
        "\"metadata\": []",
        "\"metadata\": {\"a\": null}",
        "\"metadata\": \"x\""
      })
  void oneOddEntryDoesNotHideTheOthers(String fields) throws Exception {
    String whole = page("a", "b");
    e2b.answer(200, whole.replace("[", "[" + odd(fields) + ","));
    assertThat(e2b.client().list(SandboxFilter.all()))
        .extracting(SandboxInfo::id)
        .containsExactly("odd", "a", "b");
    e2b.take();
  }

  @Test
  void aLabelWithoutAValueIsAbsentAndAnyOtherValueIsItsJson() throws Exception {
    e2b.answer(
        200,
        "["
            + odd(
                "\"metadata\": {\"a\": null, \"n\": 7, \"b\": true, \"o\": {\"x\": [1]}, \"t\": \"\"}")
            + "]");
    SandboxInfo info = e2b.client().list(SandboxFilter.all()).iterator().next();
    e2b.take();
    assertThat(info.labels()).isEqualTo(Map.of("n", "7", "b", "true", "o", "{\"x\":[1]}", "t", ""));
    assertThat(info.template()).isEmpty();
    assertThat(info.startedAt()).isEmpty();
  }

  @Test
  void anEntryWithoutAnIdNamesTheField() throws Exception {
    e2b.answer(200, "[{\"templateID\": \"t\"}]");
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().next())
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("sandboxID");
    e2b.take();
  }

  @Test
  void aServerThatIgnoresTheFilterIsNotBelieved() throws Exception {
    String all =
        """
        [{"sandboxID": "ours", "state": "running", "metadata": {"team": "x"}},
         {"sandboxID": "asleep", "state": "paused", "metadata": {"team": "x"}},
         {"sandboxID": "strangers", "state": "running", "metadata": {"team": "y"}},
         {"sandboxID": "bare", "state": "running"},
         {"sandboxID": "null", "state": "running", "metadata": {"team": null}}]""";
    e2b.answer(200, all);
    e2b.answer(200, all);
    SandboxFilter team = SandboxFilter.all().label("team", "x");
    assertThat(e2b.client().list(team))
        .extracting(SandboxInfo::id)
        .containsExactly("ours", "asleep");
    assertThat(e2b.client().list(team.state(SandboxInfo.State.PAUSED)))
        .extracting(SandboxInfo::id)
        .containsExactly("asleep");
    e2b.take();
    e2b.take();
  }

  @Test
  void pagesThatGoRoundInACircleAreAnError() throws Exception {
    for (String next : new String[] {"A", "B", "A"}) {
      e2b.answer(200, page("x"), "X-Next-Token: " + next);
    }
    Iterator<SandboxInfo> infos = e2b.client().list(SandboxFilter.all()).iterator();
    infos.next();
    infos.next();
    infos.next();
    assertThatThrownBy(infos::hasNext)
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("an earlier one");
    e2b.take();
    e2b.take();
    e2b.take();
  }

  @Test
  void emptyPagesWithoutEndAreAnError() throws Exception {
    for (int i = 0; i <= 100; i++) {
      e2b.answer(200, NO_SANDBOXES, "X-Next-Token: t" + i);
    }
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class)
        .hasMessageContaining("empty pages");
    for (int i = 0; i <= 100; i++) {
      e2b.take();
    }
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

  @ParameterizedTest
  @CsvSource({
    "400,dev.sandpiper.InvalidRequestException",
    "401,dev.sandpiper.AuthenticationException",
    "403,dev.sandpiper.AuthenticationException",
    "404,dev.sandpiper.NotFoundException",
    "409,dev.sandpiper.PlatformException",
    "302,dev.sandpiper.PlatformException"
  })
  void aClearRefusalToCreateIsNotLookedInto(int status, Class<? extends SandboxException> type)
      throws Exception {
    e2b.answer(
        status,
        "{\"code\": %d, \"message\": \"because\", \"error_code\": \"some_code\"}".formatted(status),
        "Location: http://elsewhere.test/");
    SandboxException refusal =
        catchThrowableOfType(
            SandboxException.class, () -> e2b.client().create(SandboxSpec.standard()));

    e2b.take();
    assertThat(refusal).isExactlyInstanceOf(type);
    assertThat(refusal.status()).hasValue(status);
    assertThat(refusal.code()).contains("some_code");
    assertThat(refusal.retryable()).isFalse();
    assertThat(refusal).hasMessageContaining(status == 302 ? "redirect" : "because");
  }

  @Test
  void aMissingTemplateIsNotAMissingSandbox() throws Exception {
    e2b.answer(404, "{\"code\": 404, \"message\": \"template 'nope' not found\"}");
    e2b.answer(404, "not json");
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.template("nope")))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.TEMPLATE));
    assertThatThrownBy(() -> e2b.client().connect("nope"))
        .isInstanceOfSatisfying(
            NotFoundException.class, e -> assertThat(e.what()).isEqualTo(What.SANDBOX));
    e2b.take();
    e2b.take();
  }

  @Test
  void tooManySandboxesSayHowLongToWaitIfE2bSaysSo() throws Exception {
    e2b.answer(429, "{\"message\": \"limit reached\"}", "Retry-After: 7");
    e2b.answer(429, "");
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOfSatisfying(
            RateLimitedException.class,
            e -> {
              assertThat(e.retryAfter()).contains(Duration.ofSeconds(7));
              assertThat(e.retryable()).isTrue();
            })
        .hasMessageContaining("limit reached");
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOfSatisfying(
            RateLimitedException.class, e -> assertThat(e.retryAfter()).isEmpty());
    e2b.take();
    e2b.take();
  }

  @Test
  void anErrorOfTheServersLeavesOpenWhetherTheSandboxExists() throws Exception {
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(
          503,
          """
          {"code": 503, "message": "no luck", "error_code": "sandbox_create_failed"}""");
    }
    e2b.answer(200, NO_SANDBOXES);
    e2b.answer(200, NO_SANDBOXES);
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOfSatisfying(
            PlatformException.class,
            e -> {
              assertThat(e.status()).hasValue(503);
              assertThat(e.code()).contains("sandbox_create_failed");
            })
        .hasMessageContaining("no luck")
        .hasMessageContaining("cannot be known");
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.take("POST /v2/sandboxes");
    }
    e2b.take();
    e2b.take();
  }

  @Test
  void aPlatformWithoutRoomHasCreatedNothing() throws Exception {
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(
          503,
          """
          {"code": 503, "message": "no room", "error_code": "sandbox_capacity_unavailable"}""");
    }
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("no room")
        .message()
        .doesNotContain("cannot be known");
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.take("POST /v2/sandboxes");
    }
  }

  @Test
  void anErrorShowsWhateverTextItsBodyHas() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Map<String, String> shown =
        Map.of(
            "", "an error without a text",
            "<html><h1>oops</h1></html>", "500, oops",
            "no node\u001b[31m left", "500, no node [31m left",
            "{\"detail\": \"late\"}", "500, {\"detail\": \"late\"}");
    for (Map.Entry<String, String> answer : shown.entrySet()) {
      e2b.answer(new MockResponse.Builder().code(500).body(answer.getKey()).build());
      assertThatThrownBy(() -> sandbox.expireIn(Duration.ofSeconds(1)))
          .isInstanceOfSatisfying(
              PlatformException.class,
              e -> {
                String text = "500, " + e.failure().observed();
                assertThat(text).endsWith(answer.getValue());
                assertThat(e.status()).hasValue(500);
              });
      e2b.take();
    }
  }

  @Test
  void theTextOfAPlainGatewayTimeoutIsShownByCreate() throws Exception {
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.answer(new MockResponse.Builder().code(504).body("upstream request timeout").build());
    }
    e2b.answer(200, NO_SANDBOXES);
    e2b.answer(200, NO_SANDBOXES);
    assertThatThrownBy(() -> e2b.client().create(SandboxSpec.standard()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("upstream request timeout")
        .hasMessageContaining("504");
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.take("POST /v2/sandboxes");
    }
    e2b.take();
    e2b.take();
  }

  @Test
  void aHarmlessCallIsRepeatedThroughAPassingFailure() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(new MockResponse.Builder().code(502).body("<html>Bad Gateway</html>").build());
    e2b.answer(204, "");
    sandbox.expireIn(Duration.ofSeconds(1));
    e2b.take("POST /sandboxes/isb1/timeout");
    e2b.take("POST /sandboxes/isb1/timeout");
  }

  @Test
  void wrongCredentialsNeverRepeatTheKey() throws Exception {
    e2b.answer(401, "{\"code\": 401, \"message\": \"Unauthorized\"}");
    assertThatThrownBy(() -> e2b.client().connect("isb1"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageNotContaining(ScriptedE2b.KEY);
    e2b.take();
  }

  @Test
  void anAnswerOfUnboundedLengthToARefusalIsReadInPart() throws Exception {
    e2b.answer(400, "{\"message\": \"" + "x".repeat(1 << 20) + "\"}");
    assertThatThrownBy(() -> e2b.client().connect("isb1"))
        .isInstanceOf(InvalidRequestException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    e2b.take();
  }

  @Test
  void listSendsItsFilterInThreeLayers() throws Exception {
    e2b.answer(200, NO_SANDBOXES);
    e2b.answer(200, NO_SANDBOXES);
    SandboxFilter one = SandboxFilter.all().label("user id", "a&b");
    assertThat(e2b.client().list(one.state(SandboxInfo.State.RUNNING))).isEmpty();
    assertThat(e2b.client().list(one.label("env", "prod"))).isEmpty();

    RecordedRequest first = e2b.take();
    assertApiHeaders(first);
    assertThat(first.getTarget())
        .isEqualTo("/v2/sandboxes?limit=100&metadata=user%252520id%3Da%252526b&state=running");
    assertThat(e2b.take().getTarget())
        .isIn(
            "/v2/sandboxes?limit=100&metadata=user%252520id%3Da%252526b%26env%3Dprod",
            "/v2/sandboxes?limit=100&metadata=env%3Dprod%26user%252520id%3Da%252526b");
  }

  @Test
  void theSecondPageIsAskedForWhenSomebodyGetsThere() throws Exception {
    e2b.answer(200, page("a", "b"), "X-Next-Token: to ken+1");
    Iterator<SandboxInfo> ids = e2b.client().list(SandboxFilter.all()).iterator();
    assertThat(ids.next().id()).isEqualTo("a");
    e2b.take("GET /v2/sandboxes?limit=100");
    assertThat(ids.next().id()).isEqualTo("b");

    e2b.answer(200, NO_SANDBOXES, "X-Next-Token: t2");
    e2b.answer(200, page("c"), "X-Next-Token:");
    assertThat(ids.next().id()).isEqualTo("c");
    e2b.take("GET /v2/sandboxes?limit=100&nextToken=to%20ken%2B1");
    e2b.take("GET /v2/sandboxes?limit=100&nextToken=t2");
    assertThat(ids.hasNext()).isFalse();
  }

  @Test
  void aListThatIsNeverReadIsNeverAskedFor() {
    assertThat(e2b.client().list(SandboxFilter.all())).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "null", "{\"sandboxes\": []}", "[{}]", "[1]", "\"x\""})
  void aListThatIsNoneIsAnErrorAndNotEmpty(String body) throws Exception {
    e2b.answer(200, body);
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
  }

  /** It may have been garbled on its way. */
  @ParameterizedTest
  @ValueSource(strings = {"", "[", "<html>"})
  void aListThatCannotBeReadIsAskedForOnceMore(String body) throws Exception {
    e2b.answer(200, body);
    e2b.answer(200, body);
    assertThatThrownBy(() -> e2b.client().list(SandboxFilter.all()).iterator().hasNext())
        .isInstanceOf(WireFormatException.class);
    e2b.take();
    e2b.take();
  }

  private static String page(String... ids) {
    return java.util.Arrays.stream(ids)
        .map(
            id ->
                """
                {"templateID": "t", "sandboxID": "%s", "state": "running",
                 "startedAt": "2026-11-20T10:00:00Z"}"""
                    .formatted(id))
        .collect(java.util.stream.Collectors.joining(",", "[", "]"));
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
