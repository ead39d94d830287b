package dev.sandpiper.blaxel;

import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A process in a Blaxel sandbox. It can be neither detached from nor attached to. */
public final class BlaxelProcess implements Process {
  private final Process process;
  private final StreamedCommand command;

  BlaxelProcess(Process process, StreamedCommand command) {
    this.process = process;
    this.command = command;
  }

  /**
   * Everything that Blaxel's server records of it: asked for while it runs, and afterwards what
   * came with its end.
   *
   * @throws dev.sandpiper.NotFoundException if the server does not know it any more
   */
  public ProcessDetails details() {
    return command.details();
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
  public java.lang.Process asJavaProcess() {
    return process.asJavaProcess();
  }

  /**
   * Not possible: a stream that is left behind makes Blaxel's server write into other answers.
   *
   * @throws dev.sandpiper.UnsupportedCapabilityException always; nothing has changed then
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
