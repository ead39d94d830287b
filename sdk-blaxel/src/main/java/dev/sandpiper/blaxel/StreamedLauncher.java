package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts commands in one Blaxel sandbox, and follows them by the platform's own stream. */
final class StreamedLauncher implements CommandLauncher {
  static final String PLATFORM = "blaxel";

  private final String sandboxId;
  private final ProcessApi api;
  private final StartMessages messages;
  private final Threads threads;
  private final Waits waits;
  private final ProcessTrees trees;
  private final StartRecovery recovery;

  StreamedLauncher(ExactSandbox sandbox, StartMessages messages, Waits waits) {
    this.sandboxId = sandbox.id();
    this.api = sandbox.api();
    this.messages = messages;
    this.threads = sandbox.threads();
    this.waits = waits;
    this.trees = sandbox.trees();
    this.recovery = new StartRecovery(trees);
  }

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    return launch(BlaxelCommand.of(command), scope);
  }

  /** Starts a command with what only Blaxel knows. */
  StreamedCommand launch(BlaxelCommand command, CallScope scope) {
    Command common = command.common();
    requireSupported(common);
    if (command.maxRestarts() > 0) {
      throw new UnsupportedCapabilityException(
          Failure.of(
              "start",
              common.name(),
              "a stream ends with the first failure; restartOnFailure goes without streamed()"),
          null);
    }
    String nonce = Nonce.random();
    String processName = command.name().orElse(nonce);
    String text = ShellText.of(common);
    StartMessages.requireShort(common, "the command", text.getBytes(UTF_8).length);
    ProcessRef ref = new ProcessRef(PLATFORM, sandboxId, processName, nonce);
    ObjectNode process = messages.of(command, ref, text, scope);
    command.name().ifPresent(name -> requireUnused(name, scope));
    HttpResponse response;
    try {
      response = api.in(scope).startStreamed(common.name(), process);
      response.continueIn(CallScope.open());
    } catch (SandboxException e) {
      // A name that somebody chose may be somebody else's by now.
      if (command.name().isPresent() || !Ambiguity.mayHaveStarted(e)) {
        throw Ambiguity.mayHaveStarted(e)
            ? StartRecovery.unknown(common.name(), "look for " + processName, e)
            : e;
      }
      recovery.recover(common.name(), api.trace(ref), e, scope);
      response = null;
    }
    return followed(ref, common.name(), response);
  }

  private StreamedCommand followed(ProcessRef ref, String name, @Nullable HttpResponse response) {
    StreamedEvents events = new StreamedEvents(name);
    StreamDrain drain = new StreamDrain(ref, name, response, api, events, waits);
    StreamedCommand command = StreamedCommand.started(ref, name, events, drain, api, trees);
    threads.promptly().execute(drain);
    return command;
  }

  private static void requireSupported(Command command) {
    if (command.stdin().isPresent() || command.opensStdin()) {
      throw unsupported(Capability.STDIN, command.name());
    }
    if (command.user().isPresent()) {
      throw unsupported(Capability.USER, command.name());
    }
  }

  static UnsupportedCapabilityException unsupported(Capability missing, String subject) {
    return new UnsupportedCapabilityException(
        Failure.of("start", subject, "sandboxes at Blaxel have no " + missing), missing);
  }

  /** The server would begin the stream with all output of the earlier ones. */
  void requireUnused(String processName, CallScope scope) {
    Optional<ProcessDetails> before = api.in(scope).find("start", processName);
    if (before.isPresent()) {
      String state = before.get().completedAt().isEmpty() ? "is in use" : "has been used";
      throw new InvalidRequestException(
          Failure.of(
              "start",
              processName,
              "this name "
                  + state
                  + " in the sandbox, whose server would mix the outputs;"
                  + " choose another, or none"));
    }
  }

  /**
   * Blocks until the server knows the process, or the stream tells of it: the head of a stream
   * comes before the start, and a process that does not read its events would not learn that it
   * never was. Otherwise the command is closed, and stopped if the caller gave up.
   */
  void confirm(StreamedCommand started, CallScope scope) {
    try {
      awaitBegin(started, scope);
    } catch (RuntimeException e) {
      if (scope.hasEnded()) {
        StartRecovery.abandon(started, Duration.ofSeconds(2), e);
      }
      started.close();
      throw e;
    }
  }

  private void awaitBegin(StreamedCommand started, CallScope scope) {
    Waits.Backoff backoff = waits.readiness();
    while (!started.hasBegun()) {
      if (api.in(scope).find("start", started.ref().processId()).isPresent()) {
        return;
      }
      if (!backoff.hasTime()) {
        started.cancel();
        throw new PlatformException(
            Failure.of(
                "start",
                started.name(),
                "the sandbox took the start and knows no process "
                    + started.ref().processId()
                    + "; whether it comes yet cannot be known"));
      }
      scope.sleep(Duration.ofMillis(20), Failure.of("start", started.name(), ""));
    }
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    throw unsupported(Capability.TERMINAL, command.name());
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    throw unsupported(Capability.ATTACH, ref.toString());
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    throw unsupported(Capability.TERMINAL, ref.toString());
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    throw unsupported(Capability.ATTACH, sandboxId);
  }
}
