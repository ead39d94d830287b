package dev.sandpiper.temporal;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command and the sandbox to run it in. Immutable; Temporal keeps it in the workflow's history,
 * so put no secrets into it: pass those to the sandbox when it is created.
 *
 * @param sandboxId an existing sandbox with a sufficient time to live
 * @param command the program and its arguments
 * @param directory where to start it, as in {@link Command#directory}; null for the sandbox's
 *     working directory
 * @param environment variables, whose names must be valid shell identifiers
 * @param timeout how long it may run; null for the limit of the activity's timeouts
 * @param mergesErrors whether stderr is redirected to stdout
 * @param captureBytes how many bytes of each channel the outcome contains, half from the beginning
 *     and half from the end; unused if a sink receives the output
 */
public record CommandRequest(
    String sandboxId,
    List<String> command,
    @Nullable String directory,
    Map<String, String> environment,
    @Nullable Duration timeout,
    boolean mergesErrors,
    int captureBytes) {
  private static final int DEFAULT_CAPTURE = 64 << 10;

  /** Two channels of this size, encoded, fit into the 2 MiB of a Temporal payload. */
  private static final int MOST_CAPTURE = 512 << 10;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  public CommandRequest {
    requireNonNull(sandboxId, "sandboxId");
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
    for (String name : environment.keySet()) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "a variable's name must be letters, digits and '_', not '" + name + "'");
      }
    }
    if (captureBytes < 2 || captureBytes > MOST_CAPTURE) {
      throw new IllegalArgumentException(
          "capture 2 bytes to 512 KiB a channel, not " + captureBytes + "; use a sink for more");
    }
    toCommand(command, directory, environment, timeout, mergesErrors);
  }

  /** A program with its arguments, see {@link Command#of(String, String...)}. */
  public static CommandRequest of(String sandboxId, String program, String... arguments) {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(Arrays.asList(arguments));
    return new CommandRequest(sandboxId, command, null, Map.of(), null, false, DEFAULT_CAPTURE);
  }

  /** A script for {@code /bin/sh -c}, see {@link Command#shell}. */
  public static CommandRequest shell(String sandboxId, String script) {
    return of(sandboxId, "/bin/sh", "-c", script);
  }

  public CommandRequest withDirectory(String path) {
    return new CommandRequest(
        sandboxId, command, path, environment, timeout, mergesErrors, captureBytes);
  }

  /** A copy with one more variable. */
  public CommandRequest withEnvironment(String name, String value) {
    Map<String, String> all = new LinkedHashMap<>(environment);
    all.put(name, value);
    return new CommandRequest(
        sandboxId, command, directory, all, timeout, mergesErrors, captureBytes);
  }

  public CommandRequest withTimeout(Duration limit) {
    return new CommandRequest(
        sandboxId, command, directory, environment, limit, mergesErrors, captureBytes);
  }

  public CommandRequest withMergedErrors() {
    return new CommandRequest(
        sandboxId, command, directory, environment, timeout, true, captureBytes);
  }

  public CommandRequest withCaptureBytes(int bytes) {
    return new CommandRequest(
        sandboxId, command, directory, environment, timeout, mergesErrors, bytes);
  }

  /** This command run by {@code wrapper}, to be stopped after {@code limit}. */
  Command behind(List<String> wrapper, Duration limit) {
    List<String> all = new ArrayList<>(wrapper);
    all.addAll(command);
    return toCommand(all, directory, environment, limit, mergesErrors);
  }

  /** Rejects invalid commands, as {@link Command} does. */
  private static Command toCommand(
      List<String> command,
      @Nullable String directory,
      Map<String, String> environment,
      @Nullable Duration timeout,
      boolean mergesErrors) {
    Command result = Command.of(command).environment(environment);
    result = directory == null ? result : result.directory(directory);
    result = timeout == null ? result : result.timeout(timeout);
    return mergesErrors ? result.mergeErrors() : result;
  }

  /** The sandbox and the program only, because arguments and variables may be secrets. */
  @Override
  public String toString() {
    return "CommandRequest[" + command.get(0) + " in " + sandboxId + "]";
  }
}
