package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Command;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Durations;
import dev.sandpiper.wire.Json;
import java.util.Map;
import java.util.function.Function;

/** Builds the requests that start processes. */
public final class StartMessages {
  private final Function<CallScope, SandboxPaths> paths;
  private final Variables variables;

  public StartMessages(Function<CallScope, SandboxPaths> paths, Variables variables) {
    this.paths = paths;
    this.variables = variables;
  }

  /**
   * The request that runs {@code text} with the options of {@code command}.
   *
   * @param scripts variables that {@code text} unsets before the command begins
   * @throws dev.sandpiper.InvalidRequestException if a variable is longer than Linux allows
   */
  ObjectNode of(
      BlaxelCommand command,
      ProcessRef ref,
      String text,
      Map<String, String> scripts,
      CallScope scope) {
    Command common = command.common();
    ObjectNode process = Json.object().put("name", ref.processId()).put("command", text);
    common
        .directory()
        .ifPresent(path -> process.put("workingDir", paths.apply(scope).absolute(path)));
    common.environment().forEach(StartMessages::requireText);
    ObjectNode environment = process.putObject("env");
    variables.of(common, ref.nonce(), scope).forEach(environment::put);
    scripts.forEach(environment::put);
    command
        .keepAlive()
        .ifPresent(
            limit -> process.put("keepAlive", true).put("timeout", Durations.wholeSeconds(limit)));
    if (command.maxRestarts() > 0) {
      process.put("restartOnFailure", true).put("maxRestarts", command.maxRestarts());
    }
    return process;
  }

  private static void requireText(String name, String value) {
    if (!UTF_8.newEncoder().canEncode(name + value)) {
      throw new IllegalArgumentException("variable " + name + " is not valid Unicode");
    }
  }
}
