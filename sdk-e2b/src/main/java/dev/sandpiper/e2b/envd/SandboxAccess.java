package dev.sandpiper.e2b.envd;

import java.util.Objects;
import java.util.regex.Pattern;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The address and tokens of one sandbox's daemon.
 *
 * @param envdUrl the base URL of its RPCs and files
 * @param accessToken null if the sandbox has none
 * @param trafficToken required by its other ports; null if they are public
 */
public record SandboxAccess(
    String sandboxId,
    String domain,
    EnvdVersion envdVersion,
    HttpUrl envdUrl,
    @Nullable String accessToken,
    @Nullable String trafficToken) {
  public static final int ENVD_PORT = 49983;
  private static final Pattern HEADER_TEXT = Pattern.compile("[!-~]+");

  public SandboxAccess {
    requireHeaderText(accessToken);
    requireHeaderText(trafficToken);
  }

  /** Checked here because OkHttp's message would quote the token. */
  private static void requireHeaderText(@Nullable String token) {
    if (token != null && !HEADER_TEXT.matcher(token).matches()) {
      throw new IllegalArgumentException(
          "the access token has characters that are not allowed in a header");
    }
  }

  /** The headers of every request to the daemon. They do not include the account's key. */
  public Headers headers(String userAgent) {
    Headers.Builder headers =
        new Headers.Builder()
            .add("E2b-Sandbox-Id", sandboxId)
            .add("E2b-Sandbox-Port", Integer.toString(ENVD_PORT))
            .add("User-Agent", userAgent)
            .add("Accept-Encoding", "identity");
    if (accessToken != null) {
      headers.add("X-Access-Token", accessToken);
    }
    return headers.build();
  }

  /** True if both reach the same daemon with the same tokens. */
  public boolean isSameAs(SandboxAccess other) {
    return envdUrl.equals(other.envdUrl)
        && domain.equals(other.domain)
        && Objects.equals(accessToken, other.accessToken)
        && Objects.equals(trafficToken, other.trafficToken);
  }

  /** The address; never the tokens. */
  @Override
  public String toString() {
    return "SandboxAccess[" + sandboxId + ", " + envdUrl.host() + "]";
  }
}
