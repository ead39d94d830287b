package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.SandboxClientBuilder;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Time;
import dev.sandpiper.http.UserAgent;
import java.time.Duration;

/** Options of an {@link E2bClient}. Unset options are read from the environment, then defaulted. */
public final class E2bClientBuilder extends SandboxClientBuilder<E2bClientBuilder> {
  private final E2bSettings.Options options = new E2bSettings.Options();
  private Duration reattachLimit = Duration.ofSeconds(30);
  private E2bCodec codec = E2bCodec.BINARY;

  E2bClientBuilder() {}

  @Override
  protected E2bClientBuilder self() {
    return this;
  }

  /** The account's key. Default: {@code E2B_API_KEY}. */
  public E2bClientBuilder apiKey(String key) {
    options.apiKey = requireNonNull(key, "key");
    return this;
  }

  /**
   * Whether to reject a key that does not have the format of E2B's own. Default: {@code
   * E2B_VALIDATE_API_KEY}, then false, because self-hosted platforms have other keys.
   */
  public E2bClientBuilder validateApiKey(boolean validate) {
    options.validateApiKey = validate;
    return this;
  }

  /**
   * The domain of the platform, a name without scheme, port or path. Default: {@code E2B_DOMAIN},
   * then {@code e2b.app}.
   */
  public E2bClientBuilder domain(String domain) {
    options.domain = requireNonNull(domain, "domain");
    return this;
  }

  /**
   * The URL of the control plane, which may have a path. Default: {@code E2B_API_URL}, then {@code
   * https://api.<domain>}.
   */
  public E2bClientBuilder apiUrl(String url) {
    options.apiUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * The URL for all requests to sandboxes, which may have a path; endpoints and the URLs of files
   * start with it too. Default: {@code E2B_SANDBOX_URL}, then each sandbox's own host.
   */
  public E2bClientBuilder sandboxUrl(String url) {
    options.sandboxUrl = requireNonNull(url, "url");
    return this;
  }

  /**
   * Debug mode: one sandbox, a daemon on this machine's port 49983. Creating, connecting to and
   * killing it make no request. Default: {@code E2B_DEBUG}.
   */
  public E2bClientBuilder debug(boolean debug) {
    options.debug = debug;
    return this;
  }

  /**
   * How long to reconnect to a process whose stream was lost. Default: thirty seconds, which is how
   * long E2B remembers an exit; zero disables reconnecting.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public E2bClientBuilder reattachLimit(Duration limit) {
    reattachLimit = Durations.notNegative("the reattach limit", limit, "not at all");
    return this;
  }

  /** The encoding of messages to and from sandboxes. Default: {@link E2bCodec#BINARY}. */
  public E2bClientBuilder codec(E2bCodec messages) {
    codec = requireNonNull(messages, "messages");
    return this;
  }

  /**
   * Creates the client. The caller closes it.
   *
   * @throws dev.sandpiper.AuthenticationException if there is no key, or it is not a valid header
   *     value
   * @throws IllegalArgumentException if a URL or the domain is malformed, or a URL has credentials,
   *     a query or a fragment
   */
  public E2bClient build() {
    E2bSettings settings = E2bSettings.resolve(options, variables());
    return new E2bClient(settings, resources(), userAgent(), Codec.of(codec), reattachLimit);
  }

  /** For tests: a clock to use instead of the system clock. */
  E2bClientBuilder time(Time driven) {
    return goingBy(driven);
  }

  UserAgent userAgent() {
    return userAgent(
        "sandpiper-e2b", E2bClientBuilder.class.getResourceAsStream("version.properties"));
  }
}
