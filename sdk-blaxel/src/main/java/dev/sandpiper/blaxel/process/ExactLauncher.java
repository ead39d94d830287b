package dev.sandpiper.blaxel.process;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelProcess;
import dev.sandpiper.blaxel.process.ServerProcesses.Place;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.RunningCommand;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.ScriptHost;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts commands in a wrapper that stores their output in files, and follows them through these
 * files: exact to the byte, and resumable by another reader. If the wrapper cannot work, the
 * command is not begun; the platform's stream is used only if requested.
 */
public final class ExactLauncher implements CommandLauncher {
  /**
   * How long a start waits for the end at a distant server; short, so that a listener is not
   * delayed for long.
   */
  private static final Duration WAIT = Duration.ofSeconds(1);

  /** The limit for the response to such a start. */
  private static final Duration AWAITED = Duration.ofSeconds(20);

  private static final Duration PREPARATION = Duration.ofSeconds(5);

  private final ExactSandbox sandbox;
  private final StartMessages messages;
  private final StreamedLauncher streamed;
  private final ServerProcesses foreign;
  private final boolean streamedOnly;

  /**
   * @param streamedOnly whether files must not be used
   */
  public ExactLauncher(
      ExactSandbox sandbox,
      StartMessages messages,
      StreamedLauncher streamed,
      boolean streamedOnly) {
    this.foreign = new ServerProcesses(sandbox);
    this.sandbox = sandbox;
    this.messages = messages;
    this.streamed = streamed;
    this.streamedOnly = streamedOnly;
  }

  /** Starts a command whose output may be long, and blocks until it runs. */
  public RunningCommand launchConfirmed(BlaxelCommand command, CallScope scope) {
    RunningCommand running = launch(command, false, scope);
    if (running instanceof StreamedCommand started) {
      streamed.confirm(started, scope);
    }
    return running;
  }

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    return launch(BlaxelCommand.of(command), scope);
  }

  /** Starts a command with Blaxel's own options, which is expected to have little output. */
  public RunningCommand launch(BlaxelCommand command, CallScope scope) {
    return launch(command, true, scope);
  }

  private RunningCommand launch(BlaxelCommand command, boolean mayBeShort, CallScope scope) {
    if (command.isStreamed() || streamedOnly) {
      return streamed.launch(command, scope);
    }
    if (command.common().user().isPresent()) {
      throw StreamedLauncher.unsupported(Capability.USER, command.common().name());
    }
    String id = Nonce.random();
    String processName = command.name().orElse(id);
    ProcessRef ref = new ProcessRef(StreamedLauncher.PLATFORM, sandbox.id(), processName, id);
    command.name().ifPresent(name -> streamed.requireUnused(name, scope));
    List<String> finished = sandbox.finished().take();
    try {
      return start(command, ref, mayBeShort, finished, scope);
    } catch (RuntimeException e) {
      sandbox.finished().addAll(finished);
      throw e;
    }
  }

  private ExactCommand start(
      BlaxelCommand command,
      ProcessRef ref,
      boolean mayBeShort,
      List<String> finished,
      CallScope scope) {
    WrappedCommand wrapped =
        new WrappedCommand(
            command,
            sandbox.files(),
            ref.nonce(),
            sandbox.heartbeat().starter(),
            mayBeShort,
            finished);
    if (!wrapped.isShort() && sandbox.finished().takeSweep()) {
      wrapped.sweep();
    }
    ObjectNode message = messages.of(command, ref, wrapped.text(), wrapped.scripts(), scope);
    if (wrapped.needsFiles()) {
      makeDirectory(command.common(), scope);
      wrapped.writeFiles(new ProcessFiles(ref.nonce(), sandbox.files()), scope);
    }
    ExactCommand started =
        new ExactCommand(
            ref,
            command.common().name(),
            ByteOffsets.BEGINNING,
            command.maxRestarts(),
            wrapped.isShort(),
            true,
            WrappedCommand.takesInput(command.common()),
            finished,
            sandbox);
    if (!wrapped.isShort()) {
      started.follow();
    }
    try {
      send(command, started, wrapped.isShort(), message, scope);
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private void send(
      BlaxelCommand command,
      ExactCommand started,
      boolean isShort,
      ObjectNode message,
      CallScope scope) {
    String name = command.common().name();
    // Not with keepAlive, with which the server would kill the command at the end of the wait.
    // Waiting for the end saves a round trip, which pays only if the server is distant.
    boolean isAwaited =
        isShort
            && sandbox.api().isFar()
            && command.keepAlive().isEmpty()
            && scope.left().compareTo(WAIT.multipliedBy(2)) > 0;
    if (isAwaited) {
      message.put("waitForCompletion", true).put("timeout", WAIT.toSeconds());
    }
    try {
      // The server delays this response on purpose, so the client's response limit does not apply.
      CallScope call = isAwaited ? scope.within(AWAITED) : scope;
      Optional<ProcessRecord> record = sandbox.api().in(call).start(name, message, isAwaited);
      record.filter(ended -> isAwaited).ifPresent(started::take);
    } catch (SandboxException e) {
      sandbox.recover(name, command.name().isPresent(), started.ref(), e, scope);
    }
  }

  private void makeDirectory(Command command, CallScope scope) {
    String directory = sandbox.files().directory();
    ScriptHost.Result made =
        sandbox
            .api()
            .run("start", command.name(), Scripts.PREPARE, List.of(directory), PREPARATION, scope);
    if (!made.exit().isSuccess()) {
      throw sandbox.notBegun().of(command.name(), directory + " cannot be created", true);
    }
  }

  /** Follows the process with this name, also one of another client. */
  public RunningCommand attachNamed(String name, CallScope scope) {
    requireAttach("attach", name);
    return attach(foreign.ref(foreign.running(name, scope)), scope);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return attach(ref, ByteOffsets.BEGINNING, scope);
  }

  @Override
  public RunningCommand attach(ProcessRef ref, ByteOffsets position, CallScope scope) {
    requireAttach("attach", ref.toString());
    if (!ref.platform().equals(StreamedLauncher.PLATFORM)
        || !ref.sandboxId().equals(sandbox.id())) {
      throw new InvalidRequestException(
          failure(ref, "the process belongs to another sandbox than " + sandbox.id()));
    }
    // The record may be missing although the files exist, and the other way round.
    Optional<ProcessRecord> record = sandbox.api().in(scope).find("attach", ref.processId());
    Optional<Place> place = record.flatMap(ServerProcesses::place);
    boolean isAnother = place.isPresent() && !place.get().id().equals(ref.nonce());
    ExactSandbox there =
        isAnother ? sandbox : place.map(Place::directory).map(sandbox::in).orElse(sandbox);
    ExactCommand command =
        new ExactCommand(
            ref,
            ref.processId(),
            position,
            record
                .filter(ProcessRecord::restartsOnFailure)
                .map(ProcessRecord::maxRestarts)
                .orElse(0),
            record.filter(ServerProcesses::isShort).isPresent(),
            false,
            false,
            List.of(),
            there);
    Marks marks = command.look(scope);
    if (!marks.isThere() && isAnother) {
      throw ProcessApi.unknown("attach", ref.toString(), "its name belongs to another process now");
    }
    if (!marks.isThere() && record.isPresent() && place.isEmpty()) {
      // No wrapper of ours: it was started elsewhere.
      return foreign.follow(ref, record.get(), position, scope);
    }
    marks.requireReached(ref, position);
    boolean isOver = record.isEmpty() || record.get().exit().isPresent();
    if (isOver && !marks.isThere()) {
      throw ProcessApi.unknown(
          "attach",
          ref.toString(),
          "the process has ended, and " + there.files().directory() + " has no output of it");
    }
    command.followFiles();
    return command;
  }

  /** See {@link BlaxelProcess#details}. */
  public ProcessRecord record(ProcessRef ref) {
    return sandbox.api().get("look at", ref.processId());
  }

  private void requireAttach(String operation, String subject) {
    if (streamedOnly) {
      String observed =
          "a client with streamedOnly() can follow only processes that it has started itself";
      throw new UnsupportedCapabilityException(
          Failure.of(operation, subject, observed), Capability.ATTACH);
    }
  }

  private static Failure failure(ProcessRef ref, String observed) {
    return Failure.of("attach", ref.toString(), observed);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    throw StreamedLauncher.unsupported(Capability.TERMINAL, command.name());
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    throw StreamedLauncher.unsupported(Capability.TERMINAL, ref.toString());
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    requireAttach("list", sandbox.id());
    return foreign.list(scope);
  }
}
