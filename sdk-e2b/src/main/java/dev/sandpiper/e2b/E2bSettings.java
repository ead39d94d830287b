package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNullElse;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.Failure;
import dev.sandpiper.http.Routes;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * The addresses and credentials: an option overrides the environment, the environment overrides the
 * default, and an empty text counts as not set.
 *
 * @param apiKey null only in debug mode, which may not need one
 * @param domain the domain of sandboxes, unless a sandbox has its own
 * @param sandboxUrl the URL for all data-plane requests; null for each sandbox's own address
 */
record E2bSettings(
    @Nullable String apiKey,
    String domain,
    HttpUrl apiUrl,
    @Nullable HttpUrl sandboxUrl,
    boolean debug) {
  static final String DEFAULT_DOMAIN = "e2b.app";
  private static final Pattern KEY = Pattern.compile("e2b_[0-9a-f]+");
  private static final Pattern HEADER_TEXT = Pattern.compile("[!-~]+");
  private static final String DEBUG_API_URL = "http://localhost:3000";

  /** The given options; null means not given. */
  static final class Options {
    @Nullable String apiKey;
    @Nullable String domain;
    @Nullable String apiUrl;
    @Nullable String sandboxUrl;
    @Nullable Boolean debug;
    @Nullable Boolean validateApiKey;
  }

  /**
   * Merges options, environment and defaults.
   *
   * @throws AuthenticationException if the key is missing or malformed
   * @throws IllegalArgumentException if a URL or the domain is malformed
   */
  static E2bSettings resolve(Options options, Map<String, String> environment) {
    boolean debug = flag(options.debug, environment, "E2B_DEBUG", false);
    String domain =
        domain(
            requireNonNullElse(first(options.domain, environment, "E2B_DOMAIN"), DEFAULT_DOMAIN));
    String apiUrl =
        requireNonNullElse(
            first(options.apiUrl, environment, "E2B_API_URL"),
            debug ? DEBUG_API_URL : "https://api." + domain);
    String sandboxUrl = first(options.sandboxUrl, environment, "E2B_SANDBOX_URL");
    String key = first(options.apiKey, environment, "E2B_API_KEY");
    boolean validate = flag(options.validateApiKey, environment, "E2B_VALIDATE_API_KEY", false);
    requireKey(key, validate, debug);
    return new E2bSettings(
        key,
        domain,
        Routes.base("the API URL", apiUrl),
        sandboxUrl == null ? null : Routes.base("the sandbox URL", sandboxUrl),
        debug);
  }

  private static void requireKey(@Nullable String key, boolean validate, boolean debug) {
    if (key == null) {
      if (debug) {
        return;
      }
      throw new AuthenticationException(
          failure("no API key: set E2B_API_KEY or call E2bClient.builder().apiKey(key)"));
    }
    if (validate && !KEY.matcher(key).matches()) {
      throw new AuthenticationException(
          failure(
              "the API key has not the shape of one, which is e2b_0123456789abcdef and the like;"
                  + " for a deployment with other keys leave E2B_VALIDATE_API_KEY out"));
    }
    if (!HEADER_TEXT.matcher(key).matches()) {
      throw new AuthenticationException(
          failure("the API key has a blank, a line end or another character no header can hold"));
    }
  }

  /**
   * The name of a domain, in lower case.
   *
   * @throws IllegalArgumentException if it is anything else, such as a URL
   */
  static String domain(String text) {
    return SandboxAddresses.host("the domain", text).host();
  }

  /** Only the opposite of the default, in any case, changes a flag. */
  private static boolean flag(
      @Nullable Boolean option, Map<String, String> environment, String name, boolean byDefault) {
    if (option != null) {
      return option;
    }
    String text = environment.getOrDefault(name, "");
    return text.equalsIgnoreCase(Boolean.toString(!byDefault)) ? !byDefault : byDefault;
  }

  private static @Nullable String first(
      @Nullable String option, Map<String, String> environment, String name) {
    if (option != null && !option.isEmpty()) {
      return option;
    }
    String text = environment.get(name);
    return text == null || text.isEmpty() ? null : text;
  }

  private static Failure failure(String observed) {
    return Failure.of("configure E2B", "", observed);
  }

  /** For calls that need a key in debug mode too. */
  void requireApiKey() {
    if (apiKey == null) {
      throw new AuthenticationException(failure("no API key: set E2B_API_KEY"));
    }
  }

  /** The addresses, never the key. */
  @Override
  public String toString() {
    return "E2bSettings[" + apiUrl.host() + ", " + domain + (debug ? ", debug]" : "]");
  }
}
