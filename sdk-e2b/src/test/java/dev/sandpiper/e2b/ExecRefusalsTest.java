package dev.sandpiper.e2b;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RateLimitedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxUnreachableException;
import dev.sandpiper.e2b.connect.Frames;
import dev.sandpiper.testing.CapturedLog;
import java.util.List;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Starts that are refused, and what their errors say. */
@ParameterizedClass
@EnumSource(E2bCodec.class)
class ExecRefusalsTest extends ExecInEachCodec {
  ExecRefusalsTest(E2bCodec codec) {
    super(codec);
  }

  /** Answers to a start after which it is certain that nothing runs. */
  static List<Refusal> refusals() {
    return List.of(
        new Refusal(
            "the edge: no sandbox",
            json(502, "{\"sandboxId\": \"isb1\", \"message\": \"not found\", \"code\": 502}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge, spelled otherwise",
            json(502, "{\"sandboxID\": \"isb1\", \"message\": \"not found\", \"code\": 502}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge: no daemon",
            json(502, "{\"sandboxId\": \"isb1\", \"message\": \"closed\", \"port\": 49983}"),
            SandboxUnreachableException.class,
            "cannot be reached"),
        new Refusal(
            "the edge in words: no daemon",
            json(502, "{\"code\": 502, \"message\": \"The sandbox port is not open\"}"),
            SandboxUnreachableException.class,
            "cannot be reached"),
        new Refusal(
            "the edge in words: no sandbox",
            json(502, "{\"code\": 502, \"message\": \"The sandbox was not found\"}"),
            SandboxNotRunningException.class,
            "the sandbox is gone"),
        new Refusal(
            "the edge: too many connections",
            json(429, "{\"sandboxId\": \"isb1\", \"message\": \"many\", \"connectionLimit\": 9}"),
            RateLimitedException.class,
            "many"),
        new Refusal(
            "no token",
            json(401, "{\"message\": \"invalid access token\", \"code\": 401}"),
            AuthenticationException.class,
            "invalid access token"),
        new Refusal(
            "an unknown user",
            Frames.stream(Frames.error("unauthenticated", "invalid username: 'nobody'")),
            InvalidRequestException.class,
            "invalid username: 'nobody'"),
        new Refusal(
            "no directory",
            Frames.stream(Frames.error("invalid_argument", "cwd '/none' does not exist")),
            InvalidRequestException.class,
            "cwd '/none' does not exist"),
        new Refusal(
            "an unknown method",
            new MockResponse.Builder()
                .code(404)
                .addHeader("Content-Type", "text/plain; charset=utf-8")
                .body("404 page not found\n")
                .build(),
            NotFoundException.class,
            "404 page not found"),
        new Refusal(
            "a redirect",
            new MockResponse.Builder().code(302).addHeader("Location: http://x.test/").build(),
            PlatformException.class,
            "redirect"));
  }

  record Refusal(
      String name, MockResponse answer, Class<? extends SandboxException> type, String says) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static MockResponse json(int status, String body) {
    return new MockResponse.Builder()
        .code(status)
        .addHeader("Content-Type", "application/json; charset=utf-8")
        .body(body)
        .build();
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void aRefusalIsToldAndNothingIsLookedFor(Refusal refusal) throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    boolean isNotRunning = refusal.type() == SandboxNotRunningException.class;
    e2b.answer(refusal.answer());
    if (isNotRunning) {
      e2b.answer(404, "");
    }
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isExactlyInstanceOf(refusal.type())
        .hasMessageContaining(refusal.says());
    e2b.take(START);
    if (isNotRunning) {
      e2b.take("GET /sandboxes/isb1");
    }
  }

  @Test
  void aStartThatFailedIsToldWithoutTheCommandThatTheServerRepeats() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    String command = "/bin/sh -c 'run --password secret': " + "x".repeat(131_200);
    e2b.answer(
        Frames.stream(
            Frames.error(
                "invalid_argument",
                "error starting process '"
                    + command
                    + "': fork/exec /bin/sh: argument list too long")));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("argument list too long")
        .hasMessageNotContaining("secret")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
    e2b.take(START);
  }

  @Test
  void anyOtherMessageIsBounded() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(Frames.stream(Frames.error("invalid_argument", "x".repeat(131_200))));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(InvalidRequestException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    e2b.take(START);
  }

  @Test
  void anErrorAtTheEndOfARunningStreamIsThatError() throws Exception {
    E2bSandbox sandbox = e2b.sandbox();
    e2b.answer(
        Frames.stream(
            Frames.start(7), Frames.stdout("x"), Frames.error("unavailable", "going down")));
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOf(PlatformException.class)
        .hasMessageContaining("going down")
        .hasMessageContaining("unavailable");
    e2b.take(START);
  }

  @Test
  void aRefusedConnectionIsTriedAgainAndNothingIsLookedFor() throws Exception {
    int closed;
    try (var socket = new java.net.ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    E2bClient client = e2b.open(e2b.builder().sandboxUrl("http://127.0.0.1:" + closed));
    E2bSandbox sandbox = e2b.sandbox(client, "0.6.13");
    assertThatThrownBy(() -> sandbox.exec("true"))
        .isInstanceOfSatisfying(
            ConnectionLostException.class, e -> assertThat(e.retryable()).isTrue());

    assertThat(CapturedLog.lines())
        .filteredOn(line -> line.startsWith("DEBUG start POST"))
        .hasSize(3);
    assertThat(CapturedLog.lines()).noneMatch(line -> line.contains("Process/List"));
  }
}
