package dev.sandpiper.e2b.sessions;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.LongTexts;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.ShellWords;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.wire.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Starts commands in one session and finds them again.
 *
 * @param variables the session's variables, set for every command, because the API does not accept
 *     them when it creates a session
 */
record SessionLauncher(
    SessionCalls calls,
    AwaitedStart awaited,
    Map<String, String> variables,
    Function<CallScope, SandboxPaths> paths)
    implements CommandLauncher {
  static final String PLATFORM = "e2b-sessions";

  /**
   * The server does not reuse ids, so no nonce is needed to distinguish a process from a later one.
   */
  private static final String NONCE = "once";

  private static final String UNKNOWN =
      "it is unknown whether it runs, because this API cannot look it up; it was not sent again";

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    LongTexts.requireShort(command, command.arguments());
    if (command.user().isPresent()) {
      throw SessionCalls.unsupported("start", command.name(), Capability.USER);
    }
    if (command.stdin().isPresent()) {
      throw SessionCalls.unsupported("start", command.name(), Capability.STDIN_END);
    }
    ObjectNode body = body(command, scope);
    ProcessState state =
        Ambiguity.saying(UNKNOWN, () -> awaited.start(command.name(), body, scope));
    ProcessRef ref = new ProcessRef(PLATFORM, calls.id(), state.id(), NONCE);
    return new SessionCommand(calls, ref, command.name(), state, ByteOffsets.BEGINNING);
  }

  private ObjectNode body(Command command, CallScope scope) {
    Map<String, String> environment = new LinkedHashMap<>(variables);
    environment.putAll(command.environment());
    ObjectNode body = Json.object().put("cmd", text(command, environment));
    command.directory().map(paths.apply(scope)::absolute).ifPresent(at -> body.put("rootdir", at));
    if (!environment.isEmpty()) {
      environment.forEach(body.putObject("envVars")::put);
    }
    return body;
  }

  /**
   * The command as a shell's {@code exec}, which replaces the shell. Variables are set here too: a
   * user of the related server found that {@code envVars} did not reach the process.
   */
  private static String text(Command command, Map<String, String> environment) {
    List<String> words = new ArrayList<>();
    if (!environment.isEmpty()) {
      words.add("env");
      environment.forEach((name, value) -> words.add(name + "=" + value));
      if (command.arguments().get(0).contains("=")) {
        words.addAll(List.of("/bin/sh", "-c", "exec \"$@\"", "sh")); // env would set it
      }
    }
    words.addAll(ShellWords.program(command.arguments()));
    return "exec "
        + ShellWords.quoted(words)
        + (command.opensStdin() ? "" : " </dev/null")
        + (command.mergesErrors() ? " 2>&1" : "");
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return attach(ref, ByteOffsets.BEGINNING, scope);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, ByteOffsets position, CallScope scope) {
    Failure failure = Failure.of("attach", ref.toString(), "");
    if (!ref.platform().equals(PLATFORM) || !ref.sandboxId().equals(calls.id())) {
      throw new InvalidRequestException(
          failure.withObserved("the process belongs to another sandbox than " + calls.id()));
    }
    ProcessState state =
        calls
            .process(ref.processId(), ref.processId(), false, scope)
            .orElseThrow(
                () ->
                    new NotFoundException(
                        What.PROCESS,
                        failure.withObserved("this session has no such process, or forgot it")));
    return new SessionCommand(calls, ref, ref.processId(), state, position);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    throw SessionCalls.unsupported("startTerminal", command.name(), Capability.TERMINAL);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    throw SessionCalls.unsupported("attachTerminal", ref.toString(), Capability.TERMINAL);
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    throw SessionCalls.unsupported("list", calls.id(), Capability.LISTS);
  }
}
