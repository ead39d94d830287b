package dev.sandpiper.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessInfo;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Signal;
import dev.sandpiper.TerminalSize;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A command whose events come from the test, and its launcher. */
final class ScriptedCommand implements RunningTerminal, CommandLauncher {
  private static final Object CLOSED = new Object();

  final AtomicInteger launches = new AtomicInteger();
  final AtomicInteger stops = new AtomicInteger();
  final AtomicInteger releases = new AtomicInteger();
  final AtomicInteger taken = new AtomicInteger();
  final CountDownLatch reading = new CountDownLatch(1);
  final ScriptedInput input = new ScriptedInput();
  final List<Signal> signals = new CopyOnWriteArrayList<>();
  final List<TerminalSize> sizes = new CopyOnWriteArrayList<>();

  private final BlockingQueue<Object> script = new LinkedBlockingQueue<>();
  private volatile boolean closed;
  private volatile Runnable onStop = () -> ends(new ExitStatus.Signaled(Signal.TERM));
  private volatile Runnable onRelease = () -> {};
  private volatile Runnable onClose = () -> {};
  private volatile Runnable onLetGo = () -> {};
  private volatile @Nullable RuntimeException refusal;
  private volatile @Nullable ByteOffsets begin;

  ScriptedCommand writes(String text) {
    return emits(Output.of(Channel.STDOUT, text.getBytes(UTF_8)));
  }

  ScriptedCommand complains(String text) {
    return emits(Output.of(Channel.STDERR, text.getBytes(UTF_8)));
  }

  ScriptedCommand emits(ProcessEvent event) {
    script.add(event);
    return this;
  }

  ScriptedCommand exits(int code) {
    return ends(new ExitStatus.Exited(code));
  }

  ScriptedCommand ends(ExitStatus status) {
    return emits(new Ended(status));
  }

  ScriptedCommand fails(Throwable failure) {
    script.add(failure);
    return this;
  }

  /** Its platform keeps output, and its events begin here. */
  ScriptedCommand beginsAt(ByteOffsets offsets) {
    begin = offsets;
    return this;
  }

  @Override
  public Optional<ByteOffsets> beginsAt() {
    return Optional.ofNullable(begin);
  }

  /** What happens first when it is let go. */
  ScriptedCommand onLetGo(Runnable action) {
    onLetGo = action;
    return this;
  }

  /** What happens when it is stopped, in place of an end by TERM. */
  ScriptedCommand onStop(Runnable action) {
    onStop = action;
    return this;
  }

  ScriptedCommand onRelease(Runnable action) {
    onRelease = action;
    return this;
  }

  ScriptedCommand onClose(Runnable action) {
    onClose = action;
    return this;
  }

  /** It cannot be launched. */
  ScriptedCommand refuses(RuntimeException reason) {
    refusal = reason;
    return this;
  }

  boolean isClosed() {
    return closed;
  }

  boolean isReadToItsEnd() {
    return script.isEmpty();
  }

  @Override
  public RunningCommand launch(Command command, CallScope scope) {
    RuntimeException reason = refusal;
    if (reason != null) {
      throw reason;
    }
    launches.incrementAndGet();
    return this;
  }

  @Override
  public RunningTerminal launchTerminal(Command command, TerminalSize size, CallScope scope) {
    launches.incrementAndGet();
    sizes.add(size);
    return this;
  }

  @Override
  public RunningCommand attach(ProcessRef ref, CallScope scope) {
    return this;
  }

  @Override
  public RunningTerminal attachTerminal(ProcessRef ref, CallScope scope) {
    return this;
  }

  @Override
  public List<ProcessInfo> list(CallScope scope) {
    return List.of();
  }

  @Override
  public boolean signal(Signal signal, CallScope scope) {
    signals.add(signal);
    return true;
  }

  @Override
  public void resize(TerminalSize size, CallScope scope) {
    sizes.add(size);
  }

  @Override
  public ProcessRef ref() {
    return new ProcessRef("test", "sandbox", "7", "nonce");
  }

  @Override
  public String name() {
    return "scripted";
  }

  @Override
  public ProcessEvent next() {
    reading.countDown();
    Object step = closed ? CLOSED : take();
    if (closed || step == CLOSED) {
      throw new CancelledException(Failure.of("exec", name(), "it was closed"));
    }
    taken.incrementAndGet();
    if (step instanceof RuntimeException failure) {
      throw failure;
    }
    if (step instanceof Error failure) {
      throw failure;
    }
    return (ProcessEvent) step;
  }

  private Object take() {
    try {
      return script.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(Failure.of("exec", name(), "its thread was interrupted"), e);
    }
  }

  @Override
  public void stopTree(Duration grace, CallScope scope) {
    stops.incrementAndGet();
    onStop.run();
  }

  @Override
  public void release(CallScope scope) {
    releases.incrementAndGet();
    onRelease.run();
  }

  @Override
  public CommandInput input() {
    return new CommandInput() {
      @Override
      public void write(byte[] bytes, int offset, int length) {
        input.write(bytes, offset, length);
      }

      @Override
      public void close() {
        input.end();
      }

      @Override
      public void giveUp() {
        input.giveUp();
      }
    };
  }

  @Override
  public void letGo(CallScope scope) {
    onLetGo.run();
    cancel();
  }

  @Override
  public void cancel() {
    closed = true;
    script.add(CLOSED);
  }

  @Override
  public void close() {
    cancel();
    onClose.run();
  }
}
