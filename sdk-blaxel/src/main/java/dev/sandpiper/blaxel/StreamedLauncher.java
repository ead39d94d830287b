package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
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
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts commands in one Blaxel sandbox, and follows them by the platform's own stream. */
final class StreamedLauncher implements CommandLauncher {
  static final String PLATFORM = "blaxel";

  private static final Logger log = LoggerFactory.getLogger(StreamedLauncher.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final String sandboxId;
  private final ProcessApi api;
  private final SandboxPaths paths;
  private final Threads threads;
  private final Waits waits;
  private final ProcessTree tree;

  StreamedLauncher(
      String sandboxId, ProcessApi api, SandboxPaths paths, Threads threads, Waits waits) {
    this.sandboxId = sandboxId;
    this.api = api;
    this.paths = paths;
    this.threads = threads;
    this.waits = waits;
    this.tree = new ProcessTree(api);
  }

  @Override
  public RunningCommand launch(Command command) {
    return launch(BlaxelCommand.of(command));
  }

  /** Starts a command with what only Blaxel knows. */
  StreamedCommand launch(BlaxelCommand command) {
    Command common = command.common();
    requireSupported(common);
    String nonce = Nonce.random();
    String processName = command.name().orElse(nonce);
    ObjectNode process = message(command, processName);
    command.name().ifPresent(this::requireUnused);
    ProcessRef ref = new ProcessRef(PLATFORM, sandboxId, processName, nonce);
    HttpResponse response;
    try {
      response = api.startStreamed(common.name(), process);
    } catch (SandboxException e) {
      // A name that somebody chose may be somebody else's by now.
      if (command.name().isPresent() || !Ambiguity.mayHaveStarted(e)) {
        throw Ambiguity.mayHaveStarted(e) ? unknown(common, "look for " + processName, e) : e;
      }
      recover(common, ref, e);
      response = null;
    }
    return followed(ref, common.name(), response);
  }

  private StreamedCommand followed(ProcessRef ref, String name, @Nullable HttpResponse response) {
    StreamedEvents events = new StreamedEvents(name);
    StreamDrain drain = new StreamDrain(ref, name, response, api, events, waits);
    StreamedCommand command = new StreamedCommand(ref, name, events, drain, api, tree);
    try {
      threads.executor().execute(drain);
    } catch (RejectedExecutionException e) {
      if (response != null) {
        response.close();
      }
      throw e;
    }
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

  private static UnsupportedCapabilityException unsupported(Capability missing, String subject) {
    return new UnsupportedCapabilityException(
        Failure.of("start", subject, "sandboxes at Blaxel have no " + missing), missing);
  }

  private ObjectNode message(BlaxelCommand command, String processName) {
    Command common = command.common();
    ObjectNode process =
        Json.object().put("name", processName).put("command", ShellText.of(common));
    common.directory().ifPresent(path -> process.put("workingDir", paths.absolute(path)));
    if (!common.environment().isEmpty()) {
      ObjectNode environment = process.putObject("env");
      common.environment().forEach(environment::put);
    }
    command
        .keepAlive()
        .ifPresent(
            limit ->
                process
                    .put("keepAlive", true)
                    .put("timeout", limit.plusNanos(999_999_999).toSeconds()));
    return process;
  }

  /** The server would begin the stream with all output of the earlier ones. */
  private void requireUnused(String processName) {
    Optional<ProcessDetails> before = api.find("start", processName);
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
   * Finds the process of a start whose outcome is not known, or throws. A caller who was
   * interrupted wants it stopped instead.
   */
  private void recover(Command command, ProcessRef ref, SandboxException failure) {
    boolean interrupted = Thread.interrupted();
    try {
      boolean isThere = look(ref);
      log.warn(
          "start {}: {}; {}",
          command.name(),
          failure.getMessage(),
          isThere ? "it was started and is adopted" : "the server does not know it");
      if (isThere && failure instanceof CancelledException) {
        tree.stop(ref, GRACE);
        throw failure;
      }
      if (!isThere) {
        throw unknown(command, "the sandbox knows nothing of it", failure);
      }
    } catch (InterruptedException e) {
      interrupted = true;
      throw new CancelledException(
          unknown(command, "its thread was interrupted", failure).failure(), failure);
    } catch (SandboxException e) {
      if (e != failure && e.getCause() != failure) {
        failure.addSuppressed(e);
        throw unknown(command, "the sandbox could not be asked", failure);
      }
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Twice, because the request may still have been on its way. */
  private boolean look(ProcessRef ref) throws InterruptedException {
    if (api.find("start", ref.processId()).isPresent()) {
      return true;
    }
    Waits.sleep(BETWEEN_LOOKS);
    return api.find("start", ref.processId()).isPresent();
  }

  private static SandboxException unknown(
      Command command, String observed, SandboxException failure) {
    return Ambiguity.unknown(
        failure, "whether " + command.name() + " ran cannot be known; " + observed);
  }

  /** Blocks until the server knows the process, or the stream tells of it. */
  void confirm(StreamedCommand started) {
    Waits.Backoff backoff = waits.readiness();
    while (!started.hasBegun()) {
      if (api.find("start", started.ref().processId()).isPresent()) {
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
      try {
        Waits.sleep(Duration.ofMillis(20));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancelledException(
            Failure.of("start", started.name(), "its thread was interrupted"), e);
      }
    }
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size) {
    throw unsupported(Capability.TERMINAL, command.name());
  }

  @Override
  public RunningCommand attach(ProcessRef ref) {
    throw unsupported(Capability.ATTACH, ref.toString());
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref) {
    throw unsupported(Capability.TERMINAL, ref.toString());
  }

  @Override
  public List<ProcessInfo> list() {
    throw unsupported(Capability.ATTACH, sandboxId);
  }
}
