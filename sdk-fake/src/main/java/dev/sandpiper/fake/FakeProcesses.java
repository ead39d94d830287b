package dev.sandpiper.fake;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Processes;
import dev.sandpiper.Terminal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.UnsupportedCapabilityException;
import java.io.IOException;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The scripted commands of one sandbox. */
final class FakeProcesses implements Processes {
  private static final byte[] NOTHING = {};

  private final FakeSandbox sandbox;
  private final Machine machine;

  FakeProcesses(FakeSandbox sandbox, Machine machine) {
    this.sandbox = sandbox;
    this.machine = machine;
  }

  @Override
  public ExecResult exec(Command command) {
    return exec(command, output -> {});
  }

  @Override
  public ExecResult exec(Command command, OutputListener listener) {
    if (command.opensStdin()) {
      throw new IllegalArgumentException(
          "exec cannot open stdin for writing: use Command.stdin(content), or start(command)");
    }
    return new FakeExecution(run("exec", command), listener).result();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // an interrupt does not fail
  @Override
  public CompletableFuture<ExecResult> execAsync(Command command) {
    CompletableFuture<ExecResult> future = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                future.complete(exec(command));
              } catch (Throwable e) {
                future.completeExceptionally(e);
              }
            },
            "fake-exec");
    thread.setDaemon(true);
    // Completing it in any other way stops the command.
    future.whenComplete((result, failure) -> thread.interrupt());
    thread.start();
    return future;
  }

  @Override
  public Process start(Command command) {
    return new FakeProcess(sandbox, run("start", command), true, 0);
  }

  private Running run(String operation, Command command) {
    byte[] input =
        command.stdin().map(content -> read(operation, command, content)).orElse(NOTHING);
    Command given = command.stdin().isPresent() ? command.stdin(Content.of(input)) : command;
    sandbox.called(FakeCall.of(operation, machine.id, given), needed(command));
    Set<Capability> capabilities = sandbox.capabilities();
    Running running =
        new Running(
            machine.nextRef(),
            given,
            sandbox.script(given),
            operation.equals("exec"),
            capabilities.contains(Capability.EXIT_STATUS));
    machine.processes.add(running);
    running.give(input, !command.opensStdin());
    if (machine.isGone()) {
      running.lose();
    }
    return running;
  }

  private static Capability[] needed(Command command) {
    Set<Capability> needed = EnumSet.noneOf(Capability.class);
    command.stdin().ifPresent(content -> needed.add(Capability.STDIN_END));
    command.user().ifPresent(user -> needed.add(Capability.USER));
    if (command.opensStdin()) {
      needed.add(Capability.STDIN);
    }
    return needed.toArray(new Capability[0]);
  }

  private static byte[] read(String operation, Command command, Content content) {
    try (InputStream stream = content.open()) {
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new CancelledException(
          Failure.of(operation, command.name(), "its input could not be read: " + e.getMessage()),
          e);
    }
  }

  @Override
  public Process attach(ProcessRef ref) {
    return attach(ref, 0, Capability.ATTACH);
  }

  @Override
  public Process attach(ProcessRef ref, String position) {
    return attach(ref, FakeEvents.index(position), Capability.ATTACH, Capability.REPLAY);
  }

  private Process attach(ProcessRef ref, int from, Capability... needed) {
    sandbox.called("attach", ref.toString(), needed);
    if (!ref.sandboxId().equals(machine.id)) {
      throw new InvalidRequestException(
          Failure.of("attach", ref.toString(), "it belongs to another sandbox"));
    }
    for (Running running : machine.processes) {
      if (running.ref.equals(ref)) {
        return new FakeProcess(sandbox, running, false, from);
      }
    }
    throw new NotFoundException(
        NotFoundException.What.PROCESS,
        Failure.of("attach", ref.toString(), "there is no such process"));
  }

  @Override
  public List<ProcessInfo> list() {
    sandbox.called("list", "processes", Capability.ATTACH, Capability.LISTS);
    return machine.processes.stream()
        .filter(running -> !running.isOver())
        .map(FakeProcesses::info)
        .toList();
  }

  private static ProcessInfo info(Running running) {
    Command command = running.command;
    ProcessInfo info =
        ProcessInfo.of(running.ref, command.arguments(), ProcessInfo.State.RUNNING)
            .withEnvironment(command.environment());
    return command.directory().map(info::withDirectory).orElse(info);
  }

  @Override
  public Terminal startTerminal(Command command, TerminalSize size) {
    throw withoutTerminals("startTerminal", command.name());
  }

  @Override
  public Terminal attachTerminal(ProcessRef ref) {
    throw withoutTerminals("attachTerminal", ref.toString());
  }

  private static UnsupportedCapabilityException withoutTerminals(String operation, String subject) {
    return new UnsupportedCapabilityException(
        Failure.of(operation, subject, "the fake has no terminals"), Capability.TERMINAL);
  }
}
