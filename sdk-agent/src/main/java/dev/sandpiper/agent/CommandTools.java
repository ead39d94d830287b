package dev.sandpiper.agent;

import dev.sandpiper.Command;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Sandbox;
import java.time.Duration;
import java.util.Locale;

/** {@code run_command}: runs a command to its end, and returns its output and exit status. */
final class CommandTools {
  static final int LONGEST_HEADER = 300;

  private final Sandbox sandbox;
  private final ToolPaths paths;
  private final ToolOptions options;

  CommandTools(Sandbox sandbox, ToolPaths paths, ToolOptions options) {
    this.sandbox = sandbox;
    this.paths = paths;
    this.options = options;
  }

  ToolResult run(Arguments arguments) throws InvalidArgumentsException {
    Duration limit =
        Duration.ofSeconds(arguments.number("timeout_seconds", options.commandLimit().toSeconds()));
    Command command =
        paths
            .in(arguments.optionalText("directory"), Command.shell(arguments.text("command")))
            .mergeErrors()
            .captureBytes(2 * options.resultCharacters())
            .timeout(limit);
    try {
      return ToolResult.of(shown(sandbox.exec(command), ""));
    } catch (DeadlineExceededException e) {
      if (e.limit() != Limit.DEADLINE || e.partialResult().isEmpty()) {
        throw e;
      }
      return ToolResult.error(shown(e.partialResult().get(), stopped(limit)));
    }
  }

  private static String stopped(Duration limit) {
    return "The command was stopped because it took longer than "
        + limit.toSeconds()
        + " seconds. Give it a longer timeout_seconds, or start it with start_command.\n";
  }

  private String shown(ExecResult result, String before) {
    String header = before + result.exit() + " after " + seconds(result.duration()) + "\n";
    String output = Excerpt.of(result.stdout(), options.resultCharacters() - LONGEST_HEADER);
    return header + (output.isEmpty() ? "(no output)" : output);
  }

  static String seconds(Duration duration) {
    return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
  }
}
