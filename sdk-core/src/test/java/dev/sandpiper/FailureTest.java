package dev.sandpiper;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureTest {
  @Test
  void messageIsOneLineOfFacts() {
    Failure failure =
        Failure.of("exec", "python3", "the sandbox is gone")
            .withStatus(502)
            .withCode("unavailable")
            .withRequestId("7f3a");

    assertThat(failure.message())
        .isEqualTo("exec python3: the sandbox is gone (502 unavailable, request 7f3a)");
  }

  @Test
  void factsThatAreUnknownLeaveNoTrace() {
    Failure failure = Failure.of("create", "", "no answer");

    assertThat(failure.message()).isEqualTo("create: no answer");
    assertThat(failure.withCode("x").message()).isEqualTo("create: no answer (x)");
    assertThat(failure.withRequestId("x").message()).isEqualTo("create: no answer (request x)");
  }

  @Test
  void controlCharactersBecomeBlanks() {
    Failure failure =
        Failure.of("exec", "a\nb", "one\r\ntwo\u001b[31mred\u0000\u007f\u0085\tend\n")
            .withCode("co\nde")
            .withRequestId("id\n[INFO] forged");

    assertThat(failure.message())
        .isEqualTo("exec a b: one  two [31mred    end (co de, request id [INFO] forged)");
  }

  /** Line ends of Unicode, and what reverses the direction of writing. */
  @Test
  void charactersThatForgeALineBecomeBlanks() {
    assertThat(Failure.of("exec", "a", "b\u2028c\u2029d\u202ee\u2066f").observed())
        .isEqualTo("b c d e f");
  }

  @Test
  void longTextIsCut() {
    Failure failure = Failure.of("exec", "s".repeat(128 << 10), "o".repeat(128 << 10));

    assertThat(failure.subject()).hasSize(203).endsWith("s...");
    assertThat(failure.observed()).hasSize(603).endsWith("o...");
    assertThat(failure.message().length()).isLessThan(1_000);
  }

  @Test
  void codeAndRequestIdAreCutToo() {
    Failure failure =
        Failure.of("exec", "x", "y")
            .withCode("c".repeat(128 << 10))
            .withRequestId("r".repeat(128 << 10));

    assertThat(failure.message().length()).isLessThan(500);
  }

  @Test
  void cutDoesNotSplitACharacter() {
    String observed = Failure.of("exec", "x", "\ud83d\ude00".repeat(601)).observed();

    assertThat(observed).isEqualTo("\ud83d\ude00".repeat(600) + "...");
  }

  @Test
  void whatHappenedInAStepIsToldOfTheWholeOperation() {
    Failure step = Failure.of("stat", "/tmp/x", "no answer").withStatus(502).withRetryable(true);
    Failure whole = step.withOperation("upload", "/data");

    assertThat(whole.message()).isEqualTo("upload /data: no answer (502)");
    assertThat(whole.retryable()).isTrue();
    assertThat(whole.withOperation("stat", "/tmp/x")).isEqualTo(step).hasSameHashCodeAs(step);
  }

  @Test
  void exceptionTellsWhatTheFailureKnows() {
    var exception =
        new PlatformException(
            Failure.of("list", "/data", "not today")
                .withStatus(500)
                .withCode("internal")
                .withRequestId("7f3a")
                .withRetryable(true));

    assertThat(exception).hasMessage("list /data: not today (500 internal, request 7f3a)");
    assertThat(exception.operation()).isEqualTo("list");
    assertThat(exception.subject()).isEqualTo("/data");
    assertThat(exception.status()).hasValue(500);
    assertThat(exception.code()).contains("internal");
    assertThat(exception.requestId()).contains("7f3a");
    assertThat(exception.retryable()).isTrue();
  }
}
