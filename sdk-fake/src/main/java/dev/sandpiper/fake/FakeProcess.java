package dev.sandpiper.fake;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.Signal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection to a started command. */
final class FakeProcess implements Process {
  private static final int INPUT_BUFFER = 256 << 10;
  private static final Set<Signal> ENDING =
      Set.of(Signal.HUP, Signal.INT, Signal.QUIT, Signal.KILL, Signal.TERM);

  private final FakeSandbox sandbox;
  private final Running running;
  private final boolean isStarted;
  private final int from;
  private final OutputStream stdin;
  private final AtomicBoolean isClaimed = new AtomicBoolean();
  private final AtomicBoolean isDone = new AtomicBoolean(); // closed or detached

  FakeProcess(FakeSandbox sandbox, Running running, boolean isStarted, int from) {
    this.sandbox = sandbox;
    this.running = running;
    this.isStarted = isStarted;
    this.from = from;
    this.stdin = new BufferedOutputStream(new FakeStdin(running), INPUT_BUFFER);
  }

  @Override
  public ProcessRef ref() {
    return running.ref;
  }

  @Override
  public EventStream<ProcessEvent> events() {
    if (!isClaimed.compareAndSet(false, true)) {
      throw new IllegalStateException("the output of " + ref() + " has a consumer already");
    }
    return new FakeEvents(running, from, sandbox.capabilities(), isDone::get);
  }

  @Override
  public ExitStatus transferTo(OutputStream out, OutputStream err) throws IOException {
    for (ProcessEvent event : events()) {
      if (event instanceof Output output) {
        output.writeTo(output.channel() == Channel.STDERR ? err : out);
      }
    }
    out.flush();
    err.flush();
    try {
      return waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          Failure.of("transfer", ref().toString(), "its thread was interrupted"), e);
    }
  }

  @Override
  public OutputStream stdin() {
    if (isStarted && !running.command.opensStdin()) {
      throw new IllegalStateException(ref() + " was started without openStdin()");
    }
    return stdin;
  }

  @Override
  public ExitStatus waitFor() throws InterruptedException {
    return waitFor(Duration.ofNanos(Long.MAX_VALUE)).orElseThrow();
  }

  @Override
  public Optional<ExitStatus> waitFor(Duration limit) throws InterruptedException {
    try {
      return Optional.of(running.onExit().get(FakeEvents.nanos(limit), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SandboxException failure) {
        throw failure;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public CompletableFuture<ExitStatus> onExit() {
    return running.onExit();
  }

  @Override
  public boolean signal(Signal signal) {
    if (signal.equals(Signal.UNKNOWN)) {
      throw new IllegalArgumentException("cannot send an unknown signal");
    }
    sandbox.called("signal", signal.toString(), Capability.SIGNALS);
    return ENDING.contains(signal) ? running.stop(signal) : !running.isOver();
  }

  @Override
  public boolean kill() {
    sandbox.called("kill", ref().toString());
    return running.stop(Signal.KILL);
  }

  @Override
  public boolean isAlive() {
    return !running.isOver();
  }

  /** Not supported: test code that needs it with the local sandboxes of {@code sdk-testkit}. */
  @Override
  public java.lang.Process asJavaProcess() {
    throw new UnsupportedOperationException("a fake process has no java.lang.Process");
  }

  @Override
  public ProcessRef detach() {
    sandbox.called("detach", ref().toString(), Capability.ATTACH);
    done();
    return ref();
  }

  @Override
  public void close() {
    if (done() && isStarted) {
      running.stop(Signal.TERM);
    }
  }

  private boolean done() {
    boolean isFirst = isDone.compareAndSet(false, true);
    running.wake();
    return isFirst;
  }
}
