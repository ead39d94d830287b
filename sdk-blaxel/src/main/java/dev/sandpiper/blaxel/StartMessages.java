package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.wire.Json;

/** What asks the server of a sandbox to start a process. */
final class StartMessages {
  /** The longest text that Linux gives to a program: one argument, or a variable with its value. */
  static final int LONGEST = 131_071;

  private final SandboxPaths paths;

  StartMessages(SandboxPaths paths) {
    this.paths = paths;
  }

  /**
   * Starts {@code text} as what {@code command} says.
   *
   * @throws InvalidRequestException if a variable is longer than Linux allows
   */
  ObjectNode of(BlaxelCommand command, String processName, String text) {
    Command common = command.common();
    ObjectNode process = Json.object().put("name", processName).put("command", text);
    common.directory().ifPresent(path -> process.put("workingDir", paths.absolute(path)));
    if (!common.environment().isEmpty()) {
      ObjectNode environment = process.putObject("env");
      common
          .environment()
          .forEach(
              (name, value) -> {
                requireSendable(common, name, value);
                environment.put(name, value);
              });
    }
    command
        .keepAlive()
        .ifPresent(
            limit ->
                process
                    .put("keepAlive", true)
                    .put("timeout", limit.plusNanos(999_999_999).toSeconds()));
    if (command.maxRestarts() > 0) {
      process.put("restartOnFailure", true).put("maxRestarts", command.maxRestarts());
    }
    return process;
  }

  private static void requireSendable(Command command, String name, String value) {
    if (!UTF_8.newEncoder().canEncode(name + value)) {
      throw new IllegalArgumentException("variable " + name + " is no Unicode text");
    }
    requireShort(command, "variable " + name, (name + "=" + value).getBytes(UTF_8).length);
  }

  /** Nothing longer reaches a program. */
  static void requireShort(Command command, String what, int bytes) {
    if (bytes > LONGEST) {
      throw new InvalidRequestException(
          Failure.of(
              "start",
              command.name(),
              what
                  + " has "
                  + bytes
                  + " bytes, and Linux gives a program at most "
                  + LONGEST
                  + " in one; write it to a file"));
    }
  }
}
