package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.engine.CommandLauncher;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.RunningTerminal;
import dev.sandpiper.engine.ScriptHost;
import dev.sandpiper.engine.StartRecovery;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Starts commands in a wrapper that writes down what they write, and follows them by these files:
 * exact to the byte, and resumable by another reader. Where the wrapper cannot work the command
 * fails with {@link NotBegunException}: the platform's stream is used only where it was asked for.
 */
final class ExactLauncher implements CommandLauncher {
  private static final Duration PREPARATION = Duration.ofSeconds(5);

  private final ExactSandbox sandbox;
  private final StartMessages messages;
  private final StreamedLauncher streamed;
  private final Uploads uploads;
  private final StartRecovery recovery;
  private final ForeignProcesses foreign;
  private final boolean streamedOnly;

  /**
   * @param streamedOnly whether no files are to be used
   */
  ExactLauncher(
      ExactSandbox sandbox,
      StartMessages messages,
      StreamedLauncher streamed,
      Uploads uploads,
      Waits waits,
      boolean streamedOnly) {
    this.foreign = new ForeignProcesses(sandbox, waits);
    this.sandbox = sandbox;
    this.messages = messages;
    this.streamed = streamed;
    this.uploads = uploads;
    this.recovery = new StartRecovery(sandbox.trees());
    this.streamedOnly = streamedOnly;
  }

  /** Like {@link #launch(BlaxelCommand, CallScope)}, and blocks until the command runs. */
  BlaxelRunning launchConfirmed(BlaxelCommand command, CallScope scope) {
    BlaxelRunning running = launch(command, scope);
    if (running instanceof StreamedCommand started) {
      streamed.confirm(started, scope);
    }
    return running;
  }

  @Override
  public BlaxelRunning launch(Command command, CallScope scope) {
    return launch(BlaxelCommand.of(command), scope);
  }

  /** Starts a command with what only Blaxel knows. */
  BlaxelRunning launch(BlaxelCommand command, CallScope scope) {
    if (command.isStreamed() || streamedOnly) {
      return streamed.launch(command, scope);
    }
    if (command.common().user().isPresent()) {
      throw StreamedLauncher.unsupported(Capability.USER, command.common().name());
    }
    return start(command, Nonce.random(), scope);
  }

  private ExactCommand start(BlaxelCommand command, String id, CallScope scope) {
    String processName = command.name().orElse(id);
    ProcessRef ref = new ProcessRef(StreamedLauncher.PLATFORM, sandbox.id(), processName, id);
    command.name().ifPresent(name -> streamed.requireUnused(name, scope));
    List<String> finished = sandbox.finished().take();
    try {
      return start(command, ref, finished, scope);
    } catch (RuntimeException e) {
      sandbox.finished().addAll(finished);
      throw e;
    }
  }

  private ExactCommand start(
      BlaxelCommand command, ProcessRef ref, List<String> finished, CallScope scope) {
    String id = ref.nonce();
    WrappedCommand wrapped =
        new WrappedCommand(command, sandbox.files(), id, finished, sandbox.finished().takeSweep());
    ObjectNode message = messages.of(command, ref, wrapped.text(), scope);
    if (wrapped.needsFiles()) {
      makeDirectory(command.common(), scope);
      Uploads inScope = uploads.in(scope);
      wrapped.writeFiles((path, bytes) -> upload(inScope, path, bytes));
    }
    ExactCommand started =
        new ExactCommand(
            ref,
            command.common().name(),
            ByteOffsets.BEGINNING,
            new ProcessMarks(id),
            command.maxRestarts(),
            WrappedCommand.takesInput(command.common()),
            finished,
            sandbox);
    started.follow();
    try {
      sandbox.api().in(scope).start(command.common().name(), message);
      return started;
    } catch (SandboxException e) {
      return recovered(command, started, e, scope);
    }
  }

  private void makeDirectory(Command command, CallScope scope) {
    String directory = sandbox.files().directory();
    ScriptHost.Result made =
        sandbox
            .api()
            .run("start", command.name(), Scripts.PREPARE, List.of(directory), PREPARATION, scope);
    if (!made.exit().isSuccess()) {
      throw new NotBegunException(command.name(), directory + " cannot be made", true);
    }
  }

  private ExactCommand recovered(
      BlaxelCommand command, ExactCommand started, SandboxException failure, CallScope scope) {
    Command common = command.common();
    try {
      // A name that somebody chose may be somebody else's by now.
      if (command.name().isPresent() || !Ambiguity.mayHaveStarted(failure)) {
        throw Ambiguity.mayHaveStarted(failure)
            ? StartRecovery.unknown(common.name(), "look for " + started.ref().processId(), failure)
            : failure;
      }
      StartRecovery.Trace<ProcessRef> trace = sandbox.api().trace(started.ref());
      recovery.recover(common.name(), trace, failure, scope);
      return started;
    } catch (RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static void upload(Uploads uploads, String path, byte[] bytes) {
    uploads.write(path, Content.of(bytes), UploadProgress.silent());
  }

  /** Follows the process of this name, whoever has started it. */
  BlaxelRunning attachNamed(String name, CallScope scope) {
    return attach(foreign.ref(foreign.running(name)), scope);
  }

  @Override
  public BlaxelRunning attach(ProcessRef ref, CallScope scope) {
    return attach(ref, ByteOffsets.BEGINNING, scope);
  }

  @Override
  public BlaxelRunning attach(ProcessRef ref, ByteOffsets position, CallScope scope) {
    if (!ref.platform().equals(StreamedLauncher.PLATFORM)
        || !ref.sandboxId().equals(sandbox.id())) {
      throw new InvalidRequestException(
          failure(ref, "it belongs to another sandbox than " + sandbox.id()));
    }
    ProcessMarks marks = new ProcessMarks(ref.nonce());
    marks.see(sandbox.files().list(scope));
    Optional<ProcessDetails> record = sandbox.api().in(scope).find("attach", ref.processId());
    if (!marks.isThere() && record.isPresent() && foreign.id(record.get()).isEmpty()) {
      return foreign.follow(ref, record.get(), position);
    }
    marks.requireReached(ref, position);
    boolean isOver = record.isEmpty() || record.get().completedAt().isPresent();
    if (isOver && !marks.isThere()) {
      throw EndOfProcess.unknown("attach", ref.toString(), "it is over, and its output is removed");
    }
    int restarts =
        record.filter(ProcessDetails::restartsOnFailure).map(ProcessDetails::maxRestarts).orElse(0);
    ExactCommand command =
        new ExactCommand(
            ref, ref.processId(), position, marks, restarts, false, List.of(), sandbox);
    command.follow();
    try {
      if (!isOver) {
        command.claimNow();
      }
      return command;
    } catch (RuntimeException e) {
      command.close();
      throw e;
    }
  }

  private static Failure failure(ProcessRef ref, String observed) {
    return Failure.of("attach", ref.toString(), observed);
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    return streamed.launchTerminal(command, size, scope);
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    return streamed.attachTerminal(ref, scope);
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    return foreign.list();
  }
}
