package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import okhttp3.HttpUrl;

/** Answers of any status, as fuzzers feed them. */
public final class AnswerReaders {
  private static final ControlPlaneErrors ERRORS =
      new ControlPlaneErrors(
          List.of("message"),
          List.of("code"),
          Set.of(400),
          Map.of("refused", ControlPlaneErrors.Verdict.NOTHING_DONE),
          "Should-Retry");

  private static final ApiCall.Rule RULE =
      new ApiCall.Rule("test", "GET /", ApiCall.Repetition.IF_UNSENT, "");

  private AnswerReaders() {}

  public static void error(byte[] input) {
    HttpRequest request =
        HttpRequest.of(() -> RULE, "it", HttpUrl.get("http://localhost/"))
            .withHeader("Authorization", "Bearer s3cr3t");
    try (HttpResponse response = new CannedTransport(input).send(request)) {
      response.retryAfter().ifPresent(wait -> assertThat(wait.isNegative()).isFalse());
      SandboxException error = ERRORS.of(response, What.SANDBOX);
      assertThat(error).message().hasSizeLessThan(2_000);
      assertThat(error).hasMessageNotContaining("s3cr3t");
    }
  }
}
