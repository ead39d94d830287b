package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.ServiceBusyException;
import dev.sandpiper.e2b.connect.Frames;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a create is sent again, under which key, and over which version of the API. */
class CreateCallTest {
  private static final String V1 = "POST /sandboxes";
  private static final String V2 = "POST /v2/sandboxes";

  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

  private E2bSandbox create() {
    return e2b.client().create(SandboxSpec.standard());
  }

  private void created() {
    e2b.answer(201, ScriptedE2b.sandboxJson("0.6.13"));
  }

  private void refuse(int status, String code, List<String> headers) {
    MockResponse.Builder answer =
        new MockResponse.Builder()
            .code(status)
            .body(
                "{\"code\": %d, \"message\": \"no\", \"error_code\": \"%s\"}"
                    .formatted(status, code));
    for (int i = 0; i < headers.size(); i += 2) {
      answer.addHeader(headers.get(i), headers.get(i + 1));
    }
    e2b.answer(answer.build());
  }

  private void refuse(int status, String code, @Nullable String shouldRetry) {
    refuse(status, code, shouldRetry == null ? List.of() : List.of("Should-Retry", shouldRetry));
  }

  /** The look at what an answer to a repeated request names, and for others with its nonce. */
  private void confirm(String listed) {
    e2b.answer(200, "{\"sandboxID\": \"isb1\", \"state\": \"running\"}");
    e2b.answerWith(() -> ScriptedE2b.json(200, listed.replace("NONCE", e2b.createNonce())));
  }

  private void confirm() {
    confirm("[{\"sandboxID\": \"isb1\", \"metadata\": {\"sandpiper-nonce\": \"NONCE\"}}]");
  }

  private void takeConfirmation() throws Exception {
    e2b.take("GET /sandboxes/isb1");
    assertThat(Objects.requireNonNull(e2b.take().getUrl()).encodedPath())
        .isEqualTo("/v2/sandboxes");
  }

  /** Takes this many attempts with the same key and the same bytes. */
  private void takeAttempts(int count) throws Exception {
    RecordedRequest first = e2b.take(V2);
    for (int i = 1; i < count; i++) {
      RecordedRequest again = e2b.take(V2);
      assertThat(ScriptedE2b.json(again)).isEqualTo(ScriptedE2b.json(first));
      assertThat(again.getHeaders().get("Idempotency-Key"))
          .isNotEmpty()
          .isEqualTo(first.getHeaders().get("Idempotency-Key"));
    }
  }

  @Test
  void aCutAnswerIsAskedForAgainUnderItsKey() throws Exception {
    e2b.answer(Frames.nothing());
    created();
    confirm();
    E2bSandbox sandbox = create();
    assertThat(sandbox.id()).isEqualTo("isb1");
    sandbox.detach();
    takeAttempts(2);
    takeConfirmation();
  }

  @Test
  void aServerThatIgnoresTheKeyLosesTheSecondSandbox() throws Exception {
    e2b.answer(Frames.nothing());
    created();
    confirm(
        """
        [{"sandboxID": "isb0", "metadata": {"sandpiper-nonce": "NONCE"}},
         {"sandboxID": "isb1", "metadata": {"sandpiper-nonce": "NONCE"}},
         {"sandboxID": "strangers", "metadata": {"sandpiper-nonce": "sp-1"}}]""");
    e2b.answer(204, "");
    create().detach();
    takeAttempts(2);
    takeConfirmation();
    e2b.take("DELETE /sandboxes/isb0");
  }

  @Test
  void whatARepeatedAnswerNamesAndIsGoneIsNotHandedOut() throws Exception {
    e2b.answer(Frames.nothing());
    created();
    e2b.answer(404, "{\"code\": 404, \"message\": \"sandbox not found\"}");
    e2b.answer(404, "");
    assertThatThrownBy(this::create).isInstanceOf(NotFoundException.class);
    takeAttempts(2);
    e2b.take("GET /sandboxes/isb1");
    e2b.take("DELETE /sandboxes/isb1");
  }

  @Test
  void theListenerHearsOfEachAttemptOnce() throws Exception {
    List<RetryDecision> heard = new CopyOnWriteArrayList<>();
    E2bClient client =
        e2b.open(e2b.builder().retries(RetryOptions.standard().listener(heard::add)));
    e2b.answer(Frames.nothing());
    refuse(503, "", List.of("Retry-After", "0"));
    refuse(429, "", List.of());
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(ConnectionLostException.class);
    takeAttempts(3);
    e2b.take();
    e2b.take();
    assertThat(heard)
        .extracting(RetryDecision::verdict)
        .containsExactly(Verdict.REPEATED, Verdict.REPEATED, Verdict.NOT_REPEATABLE);
    assertThat(heard).extracting(RetryDecision::attempt).containsExactly(1, 2, 3);
    assertThat(heard)
        .extracting(decision -> decision.status().orElse(0))
        .containsExactly(0, 503, 429);
  }

  @ParameterizedTest
  @CsvSource({
    "409, idempotency_in_progress, , 4",
    "425, idempotency_in_progress, , 4",
    "503, idempotency_in_progress, , 4",
    "429, '', true, 1",
    "500, '', true, 1",
    "503, '', true, 1",
    "502, '', , 1",
    "503, '', , 1",
    "504, '', , 1"
  })
  void whatIsInProgressOrMayBeRepeatedIsAskedForAgain(
      int status, String code, @Nullable String shouldRetry, int refusals) throws Exception {
    for (int i = 0; i < refusals; i++) {
      refuse(status, code, shouldRetry);
    }
    created();
    confirm();
    create().detach();
    takeAttempts(refusals + 1);
    takeConfirmation();
  }

  @ParameterizedTest
  @CsvSource({
    "409, idempotency_outcome_unknown, ",
    "422, idempotency_outcome_unknown, ",
    "500, idempotency_outcome_unknown, ",
    "502, '', false",
    "503, '', false",
    "504, '', false"
  })
  void whatMustNotBeRepeatedIsLookedFor(int status, String code, @Nullable String shouldRetry)
      throws Exception {
    refuse(status, code, shouldRetry);
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(this::create)
        .isInstanceOf(SandboxException.class)
        .hasMessageContaining("is unknown");
    takeAttempts(1);
    e2b.take();
    e2b.take();
  }

  @Test
  void aLongRetryAfterIsTheCallersBusiness() throws Exception {
    refuse(429, "", List.of("Should-Retry", "true", "Retry-After", "3600"));
    assertThatThrownBy(this::create)
        .isInstanceOfSatisfying(
            RateLimitedException.class,
            e -> assertThat(e.retryAfter()).contains(Duration.ofHours(1)))
        .hasMessageContaining("asks to wait");
    takeAttempts(1);
  }

  @Test
  void aBusyPlatformThatDidNothingIsTold() throws Exception {
    for (int i = 0; i < 3; i++) {
      refuse(503, "sandbox_capacity_unavailable", List.of("Retry-After", "0"));
    }
    assertThatThrownBy(this::create)
        .isInstanceOfSatisfying(ServiceBusyException.class, e -> assertThat(e.retryable()).isTrue())
        .hasMessageContaining("sandbox_capacity_unavailable");
    takeAttempts(3);
  }

  @Test
  void whatIsRefusedForGoodIsNotRepeated() throws Exception {
    refuse(500, "sandbox_create_refused", List.of());
    assertThatThrownBy(this::create)
        .isInstanceOfSatisfying(RefusedException.class, e -> assertThat(e.retryable()).isFalse());
    takeAttempts(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "404|404 page not found",
        "404|{\"code\": 404, \"message\": \"no matching operation was found\"}",
        "404|",
        "405|method not allowed"
      })
  void aServerWithoutTheSecondVersionIsAskedOverTheFirst(int status, String body) throws Exception {
    e2b.answer(status, body == null ? "" : body);
    created();
    E2bClient client = e2b.client();
    client.create(SandboxSpec.standard()).detach();
    created();
    client.create(E2bSandboxSpec.of(SandboxSpec.standard()).secure(false)).detach();

    takeAttempts(1);
    RecordedRequest first = e2b.take(V1);
    assertThat(first.getHeaders().get("Idempotency-Key")).isNull();
    JsonNode sent = ScriptedE2b.json(first);
    assertThat(sent.path("secure").asBoolean(false)).isTrue();
    assertThat(ScriptedE2b.json(e2b.take(V1)).path("secure").asBoolean(true)).isFalse();
  }

  @Test
  void aTemplateThatIsMissingIsMissingOverTheFirstVersionToo() throws Exception {
    e2b.answer(404, "{\"code\": 404, \"message\": \"template 'x' not found\"}");
    assertThatThrownBy(this::create)
        .isInstanceOfSatisfying(
            NotFoundException.class,
            e -> assertThat(e.what()).isEqualTo(NotFoundException.What.TEMPLATE));
    takeAttempts(1);
  }

  @Test
  void theRouteIsRememberedOnlyAfterItWorked() throws Exception {
    e2b.answer(404, "");
    e2b.answer(404, "");
    assertThatThrownBy(this::create).isInstanceOf(NotFoundException.class);
    created();
    create().detach();
    e2b.take(V2);
    e2b.take(V1);
    e2b.take(V2);
  }

  @Test
  void afterAnAttemptThatMayHaveWorkedTheFirstVersionIsNotAsked() throws Exception {
    e2b.answer(Frames.nothing());
    e2b.answer(404, "404 page not found");
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(this::create)
        .isInstanceOf(ConnectionLostException.class)
        .hasMessageContaining("is unknown");
    takeAttempts(2);
    e2b.take();
    e2b.take();
  }

  @ParameterizedTest
  @CsvSource({"502,", "503,", "504,", "503,true"})
  void overTheFirstVersionNothingIsRepeated(int status, String word) throws Exception {
    e2b.answer(405, "");
    created();
    E2bClient client = e2b.client();
    client.create(SandboxSpec.standard()).detach();
    e2b.take(V2);
    e2b.take(V1);

    refuse(status, "", word);
    e2b.answer(200, "[]");
    e2b.answer(200, "[]");
    assertThatThrownBy(() -> client.create(SandboxSpec.standard()))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("is unknown");
    e2b.take(V1);
    e2b.take();
    e2b.take();
  }

  @Test
  void anUnsecuredSandboxIsRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(
            () -> e2b.client().create(E2bSandboxSpec.of(SandboxSpec.standard()).secure(false)))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("secure(false)");
  }
}
