package dev.sandpiper.testkit.e2b.process;

import com.google.protobuf.ByteString;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessConfig;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.testkit.machine.Exit;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.RunningCommand;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that was started through the service, until its end has been reported. It ends when the
 * process itself has ended and both outputs are closed; after a signal the outputs are no longer
 * awaited, and unread output is lost. Thread-safe.
 */
public final class SandboxProcess {
  private static final Logger log = LoggerFactory.getLogger(SandboxProcess.class);
  private static final int MOST_CHUNK_BYTES = 32 * 1024;
  private static final int MOST_TERMINAL_CHUNK_BYTES = 16 * 1024;

  private final ProcessConfig config;
  private final @Nullable String tag;
  private final RunningCommand command;
  private final CommandInput input;
  private final boolean hasTerminal;
  private final ServerThreads threads;
  private final Broadcast broadcast = new Broadcast();
  private final CountDownLatch outputsOpen = new CountDownLatch(2);
  private final CountDownLatch over = new CountDownLatch(2);

  // Guarded by this object's monitor.
  private boolean outputsAbandoned;
  private boolean exited;
  private @Nullable Future<?> deadline;
  private @Nullable Duration lifetimeLeft; // not null while the deadline is held
  private long deadlineNanos;

  SandboxProcess(
      ProcessConfig config,
      @Nullable String tag,
      RunningCommand command,
      Launch launch,
      ServerThreads threads) {
    this.config = config;
    this.tag = tag;
    this.command = command;
    this.hasTerminal = launch.terminal() != null;
    this.input =
        hasTerminal
            ? new TerminalInput(command)
            : new StandardInput(command.input(), command.pid(), launch.takesInput());
    this.threads = threads;
  }

  public long pid() {
    return command.pid();
  }

  @Nullable String tag() {
    return tag;
  }

  public CommandInput input() {
    return input;
  }

  public Broadcast broadcast() {
    return broadcast;
  }

  Optional<ProcessHandle> handle() {
    return command.handle();
  }

  public ProcessInfo info() {
    ProcessInfo.Builder info =
        ProcessInfo.newBuilder().setConfig(config).setPid(Math.toIntExact(pid()));
    if (tag != null) info.setTag(tag);
    return info.build();
  }

  /**
   * Starts to read the outputs, so that no subscriber loses output.
   *
   * @param ended called when the process has ended, before any subscriber is
   */
  void begin(Consumer<SandboxProcess> ended) {
    threads.run(() -> read(command.output(), this::output));
    threads.run(() -> read(command.errors(), bytes -> data().setStderr(bytes)));
    threads.run(this::handOver);
    threads.run(() -> awaitEnd(ended));
  }

  private ProcessEvent.DataEvent.Builder output(ByteString bytes) {
    return hasTerminal ? data().setPty(bytes) : data().setStdout(bytes);
  }

  private static ProcessEvent.DataEvent.Builder data() {
    return ProcessEvent.DataEvent.newBuilder();
  }

  private void read(InputStream stream, Function<ByteString, ProcessEvent.DataEvent.Builder> kind) {
    byte[] buffer = new byte[hasTerminal ? MOST_TERMINAL_CHUNK_BYTES : MOST_CHUNK_BYTES];
    try {
      for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
        ByteString bytes = ByteString.copyFrom(buffer, 0, count);
        broadcast.publish(ProcessEvent.newBuilder().setData(kind.apply(bytes)).build());
      }
    } catch (IOException e) {
      log.debug("an output of process {} was given up: {}", pid(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      outputsOpen.countDown();
    }
  }

  private void handOver() {
    try {
      broadcast.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      over.countDown();
    }
  }

  private void awaitEnd(Consumer<SandboxProcess> ended) {
    try {
      Exit exit = command.waitFor();
      noteExit();
      outputsOpen.await();
      input.processEnded();
      command.close();
      cancelDeadline();
      ended.accept(this);
      broadcast.publish(ProcessEvent.newBuilder().setEnd(exit.toEvent()).build());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      over.countDown();
    }
  }

  private synchronized void noteExit() {
    exited = true;
    if (outputsAbandoned) closePipes();
  }

  /** Sends SIGTERM or SIGKILL to the process only, not to its children. */
  public void signal(boolean kill) {
    command.signal(kill);
    abandonOutputs();
  }

  private synchronized void abandonOutputs() {
    outputsAbandoned = true;
    if (exited) closePipes();
  }

  private void closePipes() {
    input.processEnded();
    command.close();
  }

  /** Sets a deadline after which the process is killed, with or without subscribers. */
  public synchronized void limit(Duration lifetime) {
    deadlineNanos = System.nanoTime() + lifetime.toNanos();
    deadline = threads.after(lifetime, () -> signal(true));
  }

  private synchronized void cancelDeadline() {
    if (deadline != null) deadline.cancel(false);
  }

  /** Stops the clock of the deadline, because no time passes for a paused machine. */
  synchronized void holdDeadline() {
    if (deadline == null || !deadline.cancel(false)) return;
    lifetimeLeft = Duration.ofNanos(deadlineNanos - System.nanoTime());
  }

  synchronized void resumeDeadline() {
    if (lifetimeLeft != null) limit(lifetimeLeft);
    lifetimeLeft = null;
  }

  /** Kills the process, and drops its outputs and all subscribers, which receive no end. */
  void breakOff() {
    broadcast.breakOff();
    signal(true);
  }

  /** Waits until all threads of this process have ended. */
  void awaitOver() throws InterruptedException {
    over.await();
    outputsOpen.await();
  }
}
