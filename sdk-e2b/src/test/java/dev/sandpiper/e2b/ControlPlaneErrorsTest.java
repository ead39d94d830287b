package dev.sandpiper.e2b;

import static dev.sandpiper.e2b.ControlPlaneMessages.NO_SANDBOXES;
import static dev.sandpiper.e2b.ControlPlaneMessages.page;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WireFormatException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.SocketEffect;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the control plane refuses, and answers that are not its own. */
class ControlPlaneErrorsTest {
  @RegisterExtension final ScriptedE2b e2b = new ScriptedE2b();

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
        .hasMessageContaining("check the API URL");
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
        .hasMessageContaining("it is unknown whether it will be paused");
    e2b.take("POST /sandboxes/isb1/pause");
    e2b.take("GET /sandboxes/isb1");
    e2b.take("GET /sandboxes/isb1");
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
        .hasMessageContaining("is unknown");
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
        .doesNotContain("is unknown");
    for (int attempt = 0; attempt < 3; attempt++) {
      e2b.take("POST /v2/sandboxes");
    }
  }

  @Test
  void anErrorShowsWhateverTextItsBodyHas() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    Map<String, String> shown =
        Map.of(
            "", "an error without a message",
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
}
