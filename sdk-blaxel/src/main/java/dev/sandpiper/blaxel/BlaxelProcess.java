package dev.sandpiper.blaxel;

import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.blaxel.process.PortWait;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A process in a Blaxel sandbox. */
public final class BlaxelProcess implements Process {
  private final Process process;
  private final SandboxProcesses processes;

  BlaxelProcess(Process process, SandboxProcesses processes) {
    this.process = process;
    this.processes = processes;
  }

  /**
   * Blocks until a process in the sandbox listens on each of these ports, at an address that is
   * reachable from outside. Checks from inside, with commands of its own.
   *
   * @throws dev.sandpiper.DeadlineExceededException if that takes longer than {@code limit}
   * @throws dev.sandpiper.PlatformException if this process ends first
   * @throws dev.sandpiper.InvalidRequestException if a server listens on loopback only, so that
   *     {@link dev.sandpiper.Sandbox#endpoint} would not reach it
   */
  public void waitForPorts(Duration limit, int... ports) {
    new PortWait(processes, process, limit, ports).run();
  }

  /**
   * The record that Blaxel's server has of it. Unless it is streamed, that is the record of its
   * wrapper, whose output is empty or, for an {@code exec}, encoded, and which ends with the
   * command's exit code once its outputs are closed.
   *
   * @throws dev.sandpiper.NotFoundException if the server no longer knows it
   */
  public ProcessDetails details() {
    return processes.details(ref());
  }

  @Override
  public ProcessRef ref() {
    return process.ref();
  }

  @Override
  public EventStream<ProcessEvent> events() {
    return process.events();
  }

  @Override
  public ExitStatus transferTo(OutputStream out, OutputStream err) throws IOException {
    return process.transferTo(out, err);
  }

  @Override
  public OutputStream stdin() {
    return process.stdin();
  }

  @Override
  public ExitStatus waitFor() throws InterruptedException {
    return process.waitFor();
  }

  @Override
  public Optional<ExitStatus> waitFor(Duration limit) throws InterruptedException {
    return process.waitFor(limit);
  }

  @Override
  public CompletableFuture<ExitStatus> onExit() {
    return process.onExit();
  }

  @Override
  public boolean signal(Signal signal) {
    return process.signal(signal);
  }

  @Override
  public boolean kill() {
    return process.kill();
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public java.lang.Process asJavaProcess() {
    return process.asJavaProcess();
  }

  /**
   * Detaches. Its later output is kept up to {@link BlaxelCommand#keepOutputBytes}, and {@link
   * dev.sandpiper.Processes#attach} continues with it. Some seconds after the last client has
   * disconnected, the sandbox falls asleep and the process freezes with it, unless it was started
   * with {@link BlaxelCommand#keepAlive}.
   *
   * @throws dev.sandpiper.UnsupportedCapabilityException after {@link BlaxelCommand#streamed}: an
   *     abandoned stream makes Blaxel's server write into other responses
   */
  @Override
  public ProcessRef detach() {
    return process.detach();
  }

  @Override
  public void close() {
    process.close();
  }
}
