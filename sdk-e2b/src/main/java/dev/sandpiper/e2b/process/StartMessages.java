package dev.sandpiper.e2b.process;

import dev.sandpiper.Command;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.proto.ProcessProto.PTY;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.StartRequest;
import dev.sandpiper.engine.ShellWords;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.CallScope;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Builds the requests that start commands, each behind a script of ours.
 *
 * @param paths resolves relative paths within a call's scope
 */
public record StartMessages(EnvdVersion version, Function<CallScope, SandboxPaths> paths) {
  private static final String SHELL = "/bin/sh";

  /** Variables for programs on a terminal; the same as in E2B's own clients. */
  private static final Map<String, String> ON_A_TERMINAL =
      Map.of("TERM", "xterm-256color", "LANG", "C.UTF-8", "LC_ALL", "C.UTF-8");

  /**
   * The request for a command.
   *
   * @param variables from {@link Variables#of}
   */
  public StartRequest command(
      Command command, Map<String, String> variables, String tag, CallScope scope) {
    boolean takesInput = takesInput(command);
    boolean emptied = !takesInput && version.isBefore(EnvdVersion.OPTIONAL_STDIN);
    ProcessConfig.Builder process =
        script(
            Scripts.START,
            List.of(command.mergesErrors() ? "merge" : "apart", emptied ? "empty" : "given"),
            command,
            variables,
            scope);
    return StartRequest.newBuilder().setProcess(process).setTag(tag).setStdin(takesInput).build();
  }

  StartRequest terminal(
      Command command,
      TerminalSize size,
      Map<String, String> variables,
      String tag,
      CallScope scope) {
    ProcessConfig.Builder process =
        script(Scripts.START_TERMINAL, List.of(), command, variables, scope);
    ON_A_TERMINAL.forEach(
        (name, value) -> {
          if (!process.containsEnvs(name)) {
            process.putEnvs(name, value);
          }
        });
    return StartRequest.newBuilder().setProcess(process).setTag(tag).setPty(pty(size)).build();
  }

  static PTY pty(TerminalSize size) {
    return PTY.newBuilder()
        .setSize(PTY.Size.newBuilder().setCols(size.columns()).setRows(size.rows()))
        .build();
  }

  static boolean takesInput(Command command) {
    return command.opensStdin() || command.stdin().isPresent();
  }

  private ProcessConfig.Builder script(
      String script,
      List<String> settings,
      Command command,
      Map<String, String> variables,
      CallScope scope) {
    ProcessConfig.Builder process =
        ProcessConfig.newBuilder()
            .setCmd(SHELL)
            .addAllArgs(List.of("-c", script, "sh"))
            .addAllArgs(settings)
            .addAllArgs(ShellWords.program(command.arguments()))
            .putAllEnvs(variables);
    command.directory().map(path -> paths.apply(scope).absolute(path)).ifPresent(process::setCwd);
    return process;
  }

  /**
   * The caller's command if {@code config} starts one of our scripts; otherwise the command in it.
   */
  public static List<String> commandOf(ProcessConfig config) {
    List<String> arguments = config.getArgsList();
    if (config.getCmd().equals(SHELL) && arguments.size() > 3) {
      String script = arguments.get(1);
      int settings = script.equals(Scripts.START) ? 2 : 0;
      boolean ours = settings > 0 || script.equals(Scripts.START_TERMINAL);
      if (ours && arguments.size() > 3 + settings) {
        return arguments.subList(3 + settings, arguments.size());
      }
    }
    return Stream.concat(Stream.of(config.getCmd()), arguments.stream()).toList();
  }
}
