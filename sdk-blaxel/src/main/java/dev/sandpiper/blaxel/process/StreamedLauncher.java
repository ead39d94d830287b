package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.engine.EventBuffer;
import dev.sandpiper.engine.LongTexts;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Starts commands in one Blaxel sandbox and follows them through the platform's own stream. */
public final class StreamedLauncher {
  static final String PLATFORM = "blaxel";

  private final ExactSandbox sandbox;
  private final StartMessages messages;
  private final Waits waits;

  public StreamedLauncher(ExactSandbox sandbox, StartMessages messages, Waits waits) {
    this.sandbox = sandbox;
    this.messages = messages;
    this.waits = waits;
  }

  /** Starts a command with Blaxel's own options. */
  StreamedCommand launch(BlaxelCommand command, CallScope scope) {
    Command common = command.common();
    requireSupported(common);
    if (command.maxRestarts() > 0) {
      throw new InvalidRequestException(
          Failure.of(
              "start",
              common.name(),
              "maxRestarts cannot be used with streamed(): a stream ends with the first failure"));
    }
    String nonce = Nonce.random();
    String processName = command.name().orElse(nonce);
    String text = ShellText.of(common);
    LongTexts.requireShort(common, "the command", text.getBytes(UTF_8).length);
    ProcessRef ref = new ProcessRef(PLATFORM, sandbox.id(), processName, nonce);
    ObjectNode process = messages.of(command, ref, text, Map.of(), scope);
    command.name().ifPresent(name -> requireUnused(name, scope));
    return followed(ref, common.name(), send(command, ref, process, scope));
  }

  /** The stream; null if the process was adopted without one. */
  private @Nullable HttpResponse send(
      BlaxelCommand command, ProcessRef ref, ObjectNode process, CallScope scope) {
    String name = command.common().name();
    try {
      HttpResponse response = sandbox.api().in(scope).startStreamed(name, process);
      response.continueIn(scope.apart()); // the stream outlives the call that started it
      return response;
    } catch (SandboxException e) {
      sandbox.recover(name, command.name().isPresent(), ref, e, scope);
      return null;
    }
  }

  private StreamedCommand followed(ProcessRef ref, String name, @Nullable HttpResponse response) {
    EventBuffer events = StreamedCommand.buffer(sandbox.threads().time());
    sandbox.threads().promptly().execute(new StreamDrain(ref, name, response, sandbox, events));
    return new StreamedCommand(ref, name, events, sandbox);
  }

  private static void requireSupported(Command command) {
    if (command.stdin().isPresent() || command.opensStdin()) {
      throw new UnsupportedCapabilityException(
          Failure.of(
              "start",
              command.name(),
              StreamedCommand.NO_INPUT + "; leave out streamed(), or write the input to a file"),
          command.opensStdin() ? Capability.STDIN : Capability.STDIN_END);
    }
    if (command.user().isPresent()) {
      throw unsupported(Capability.USER, command.name());
    }
  }

  static UnsupportedCapabilityException unsupported(Capability missing, String subject) {
    return new UnsupportedCapabilityException(
        Failure.of("start", subject, "Blaxel sandboxes do not support " + missing), missing);
  }

  /**
   * Checks that the name was not used before: the server would begin the stream with the output of
   * the earlier process.
   */
  void requireUnused(String processName, CallScope scope) {
    Optional<ProcessRecord> before = sandbox.api().in(scope).find("start", processName);
    if (before.isPresent()) {
      String state = before.get().exit().isEmpty() ? "is in use" : "has been used";
      throw new InvalidRequestException(
          Failure.of(
              "start",
              processName,
              "this name "
                  + state
                  + " in the sandbox, whose server would mix the outputs;"
                  + " choose another name, or none"));
    }
  }

  /**
   * Blocks until the server has a record of the process, or its stream has delivered something. The
   * response headers arrive before the start, so a caller that does not read the events would not
   * notice a failed start. On failure the command is closed, and stopped if the caller cancelled.
   */
  void confirm(StreamedCommand started, CallScope scope) {
    try {
      awaitBegin(started, scope);
    } catch (RuntimeException e) {
      if (scope.hasEnded()) {
        StartRecovery.abandon(started, Duration.ofSeconds(2), scope, e);
      }
      started.close();
      throw e;
    }
  }

  private void awaitBegin(StreamedCommand started, CallScope scope) {
    Backoff backoff = waits.within(waits.ready(), scope);
    while (!started.hasBegun()) {
      if (sandbox.api().in(scope).find("start", started.ref().processId()).isPresent()) {
        return;
      }
      if (!backoff.hasTime()) {
        started.cancel();
        throw new PlatformException(
            Failure.of(
                "start",
                started.name(),
                "the sandbox accepted the start but has no process "
                    + started.ref().processId()
                    + "; it is unknown whether it will still start"));
      }
      scope.sleep(Duration.ofMillis(20), Failure.of("start", started.name(), ""));
    }
  }
}
