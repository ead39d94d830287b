package dev.sandpiper.mcp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The options of the command, from its arguments, otherwise from the environment. */
record McpOptions(
    Platform platform,
    Optional<String> sandbox,
    Optional<String> template,
    Optional<String> root,
    OptionalInt httpPort,
    String bind,
    Duration timeToLive,
    Optional<String> token) {

  static final String USAGE =
      """
      Gives an MCP client a sandbox, over stdin and stdout, or over HTTP with --http.

        --platform NAME    e2b or blaxel (SANDPIPER_PLATFORM; default: the one whose key is set)
        --sandbox ID       use this sandbox, and leave it when this ends (SANDPIPER_SANDBOX;
                           default: create one, and kill it when this ends)
        --template NAME    create it from this template or image (SANDPIPER_TEMPLATE)
        --root DIRECTORY   keep the file tools below it (SANDPIPER_ROOT)
        --time-to-live S   for how many seconds a created sandbox outlives this program if that
                           is killed; prolonged while it runs (SANDPIPER_TIME_TO_LIVE; 900)
        --http PORT        serve HTTP on this port, 0 for any free one (SANDPIPER_HTTP_PORT)
        --bind ADDRESS     where to serve HTTP (SANDPIPER_BIND; 127.0.0.1)
        --help             print this

      Credentials: E2B_API_KEY; BL_API_KEY and BL_WORKSPACE. With SANDPIPER_MCP_TOKEN each HTTP
      request must carry that token, as Authorization: Bearer; any other address than one of this
      machine needs it.
      """;

  /** The platform of the sandbox. */
  enum Platform {
    E2B,
    BLAXEL
  }

  /** The command was called with wrong arguments; the message says which. */
  static final class UsageException extends Exception {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
      super(message);
    }
  }

  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
  private static final Map<String, String> VARIABLES =
      Map.of(
          "--platform", "SANDPIPER_PLATFORM",
          "--sandbox", "SANDPIPER_SANDBOX",
          "--template", "SANDPIPER_TEMPLATE",
          "--root", "SANDPIPER_ROOT",
          "--time-to-live", "SANDPIPER_TIME_TO_LIVE",
          "--http", "SANDPIPER_HTTP_PORT",
          "--bind", "SANDPIPER_BIND");

  static McpOptions of(List<String> arguments, Map<String, String> environment)
      throws UsageException {
    Map<String, String> values = new HashMap<>();
    VARIABLES.forEach((option, variable) -> put(values, option, environment.get(variable)));
    Deque<String> words = new ArrayDeque<>(arguments);
    while (!words.isEmpty()) {
      String option = words.remove();
      if (!VARIABLES.containsKey(option) || words.isEmpty()) {
        throw new UsageException(
            VARIABLES.containsKey(option) ? option + " needs a value" : "no option " + option);
      }
      values.put(option, words.remove());
    }
    return of(values, environment);
  }

  private static McpOptions of(Map<String, String> values, Map<String, String> environment)
      throws UsageException {
    Optional<String> sandbox = Optional.ofNullable(values.get("--sandbox"));
    Optional<String> template = Optional.ofNullable(values.get("--template"));
    if (sandbox.isPresent() && template.isPresent()) {
      throw new UsageException("--template is for a new sandbox: leave it or --sandbox out");
    }
    int seconds = number(values, "--time-to-live", 900, 10, 86_400);
    return new McpOptions(
        platform(values.get("--platform"), environment),
        sandbox,
        template,
        Optional.ofNullable(values.get("--root")),
        values.containsKey("--http")
            ? OptionalInt.of(number(values, "--http", 0, 0, 65_535))
            : OptionalInt.empty(),
        values.getOrDefault("--bind", "127.0.0.1"),
        Duration.ofSeconds(seconds),
        Optional.ofNullable(environment.get("SANDPIPER_MCP_TOKEN")).filter(t -> !t.isBlank()));
  }

  private static Platform platform(@Nullable String name, Map<String, String> environment)
      throws UsageException {
    if (name != null) {
      for (Platform platform : Platform.values()) {
        if (platform.name().equalsIgnoreCase(name)) return platform;
      }
      throw new UsageException("--platform is e2b or blaxel, not " + name);
    }
    if (environment.containsKey("E2B_API_KEY")) return Platform.E2B;
    if (environment.containsKey("BL_API_KEY") || environment.containsKey("BL_CLIENT_CREDENTIALS")) {
      return Platform.BLAXEL;
    }
    throw new UsageException("set E2B_API_KEY, or BL_API_KEY and BL_WORKSPACE, or --platform");
  }

  private static int number(
      Map<String, String> values, String option, int otherwise, int least, int most)
      throws UsageException {
    String text = values.getOrDefault(option, String.valueOf(otherwise));
    int number = NUMBER.matcher(text).matches() ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw new UsageException(option + " is " + least + " to " + most + ", not " + text);
    }
    return number;
  }

  private static void put(Map<String, String> values, String option, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      values.put(option, value);
    }
  }

  /** All options except the token. */
  @Override
  public String toString() {
    return "McpOptions[" + platform + ", " + sandbox.orElse("a new sandbox") + "]";
  }
}
