package dev.sandpiper.testkit.retries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sandpiper.RateLimitedException;
import dev.sandpiper.RetryDecision;
import dev.sandpiper.RetryDecision.Verdict;
import dev.sandpiper.RetryOptions;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.e2b.E2bClient;
import dev.sandpiper.e2b.sessions.SessionsClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How often, after which pauses, and who is told: by the options of each client. */
@Timeout(30)
class RetryOptionsTest {
  private static final String TOKEN =
      answer("200 OK", "X-A: b", "{\"access_token\":\"t\",\"expires_in\":3600}");
  private static final String HANG_UP = "";
  private static final RetryOptions FAST = RetryOptions.standard().firstPause(Duration.ZERO);

  private final List<RetryDecision> decisions = new CopyOnWriteArrayList<>();
  private volatile Function<String, String> answers = line -> HANG_UP;
  private FailingServer server;

  private enum Platform {
    E2B {
      @Override
      SandboxClient client(String url, RetryOptions options) {
        return E2bClient.builder()
            .environment(Map.of())
            .apiKey("e2b_" + "0".repeat(40))
            .apiUrl(url)
            .retries(options)
            .build();
      }
    },
    BLAXEL {
      @Override
      SandboxClient client(String url, RetryOptions options) {
        Map<String, String> environment =
            Map.of("BL_WORKSPACE", "w", "BL_CLIENT_CREDENTIALS", "aWQ6c2VjcmV0", "BL_API_URL", url);
        return BlaxelClient.builder().environment(environment).retries(options).build();
      }
    },
    SESSIONS {
      @Override
      SandboxClient client(String url, RetryOptions options) {
        return SessionsClient.builder().baseUrl(url).retries(options).build();
      }
    };

    abstract SandboxClient client(String url, RetryOptions options);
  }

  @BeforeEach
  void open() throws IOException {
    server =
        FailingServer.open(line -> line.endsWith("/oauth/token") ? TOKEN : answers.apply(line));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private boolean kill(Platform platform, RetryOptions options) {
    try (SandboxClient client = platform.client(server.url(), options.listener(decisions::add))) {
      return client.kill("some");
    }
  }

  private SandboxException failure(Platform platform, RetryOptions options) {
    return catchThrowableOfType(SandboxException.class, () -> kill(platform, options));
  }

  private static String answer(String status, String header, String body) {
    String length = "Content-Length: " + body.length();
    return String.join("\r\n", "HTTP/1.1 " + status, header, "Connection: close", length, "", body);
  }

  private long kills() {
    return server.requests().stream().filter(line -> line.startsWith("DELETE")).count();
  }

  @ParameterizedTest
  @EnumSource
  void eachClientKeepsToItsCountAndTellsEachDecision(Platform platform) {
    SandboxException failure = failure(platform, FAST.attempts(2));

    assertThat(kills()).isEqualTo(2);
    assertThat(decisions)
        .extracting(RetryDecision::verdict)
        .containsExactly(Verdict.REPEATED, Verdict.ATTEMPTS_USED_UP);
    RetryDecision last = decisions.get(1);
    assertThat(last.operation() + " " + last.subject()).isEqualTo("kill some");
    assertThat(last.attempt()).isEqualTo(2);
    assertThat(last.status()).isEmpty();
    assertThat(last.failure()).containsSame(failure);
  }

  @ParameterizedTest
  @EnumSource
  void oneAttemptIsNoRepetition(Platform platform) {
    failure(platform, FAST.attempts(1));

    assertThat(kills()).isEqualTo(1);
    assertThat(decisions)
        .extracting(RetryDecision::verdict)
        .containsExactly(Verdict.ATTEMPTS_USED_UP);
  }

  @ParameterizedTest
  @EnumSource(names = {"E2B", "BLAXEL"})
  void whatIsTooLongToWaitForIsToldToTheListenerAndInTheError(Platform platform) {
    answers = line -> answer("429 No", "Retry-After: 7200", "");

    assertThat(failure(platform, FAST))
        .isInstanceOfSatisfying(
            RateLimitedException.class,
            e -> assertThat(e.retryAfter()).contains(Duration.ofHours(2)));
    assertThat(kills()).isEqualTo(1);
    assertThat(decisions)
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.verdict()).isEqualTo(Verdict.RETRY_AFTER_TOO_LONG);
              assertThat(only.status()).hasValue(429);
              assertThat(only.pause()).isEqualTo(Duration.ofHours(2));
            });
  }

  @Test
  void aTokenThatHasExpiredIsRenewedWhateverTheCountIs() {
    AtomicInteger refused = new AtomicInteger();
    answers =
        line ->
            refused.incrementAndGet() == 1
                ? answer("401 No", "X-A: b", "")
                : answer("200 OK", "X-A: b", "{}");

    assertThat(kill(Platform.BLAXEL, FAST.attempts(1))).isTrue();
    assertThat(kills()).isEqualTo(2);
    assertThat(decisions)
        .singleElement()
        .satisfies(
            only -> {
              assertThat(only.isRepeated()).isTrue();
              assertThat(only.status()).hasValue(401);
            });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 101, Integer.MAX_VALUE})
  void aCountOutsideItsBoundsIsRefused(int attempts) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RetryOptions.standard().attempts(attempts))
        .withMessage("attempts must be 1 to 100: " + attempts + "; 1 means no repetition");
  }
}
