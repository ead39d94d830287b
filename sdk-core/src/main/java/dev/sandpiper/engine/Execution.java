package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.CallScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@code exec}: reads a command's events on the calling thread until its end. What goes wrong
 * on our side (an interrupt, a listener that throws, garbage on the wire) stops the command; a lost
 * connection does not, because somebody may attach to it again.
 */
final class Execution {
  private static final Logger log = LoggerFactory.getLogger(Execution.class);

  private final Command command;
  private final OutputListener listener;
  private final BackgroundThreads threads;
  private final CallScope call;
  private final long began;
  private final TextViews texts = new TextViews();
  private final Consumer<ProcessEvent> reader = this::show;
  private final OutputCollector stdout;
  private final OutputCollector stderr;
  private final CompletableFuture<Boolean> streamOver = new CompletableFuture<>();

  private boolean showing; // in the listener; what is thrown meanwhile is the listener's
  private volatile boolean ended;

  Execution(Command command, OutputListener listener, BackgroundThreads threads, CallScope outer) {
    if (command.opensStdin()) {
      throw new IllegalArgumentException(
          "an exec has no stdin to write to: use stdin(content), or start");
    }
    this.command = command;
    this.listener = listener;
    this.threads = threads;
    this.call = outer.child();
    this.began = threads.time().nanos();
    this.stdout = new OutputCollector(command.captureBytes());
    this.stderr = new OutputCollector(command.captureBytes());
  }

  ExecResult run(Function<CallScope, RunningCommand> start) {
    CallScope scope = LaunchedProcesses.scopeOf(command, call);
    RunningCommand started = start.apply(scope);
    started.outputWanted(listener != LaunchedProcesses.NOBODY);
    Runnable cancel = started::cancel;
    call.onCancel(cancel);
    TreeStop stop = new TreeStop(started, streamOver, () -> ended, threads);
    ProcessInput input = new ProcessInput(started);
    StdinFeed feed = new StdinFeed(command.stdin(), input, "exec", command.name());
    try {
      return follow(started, stop, begin(scope, stop, feed), feed);
    } finally {
      call.forget(cancel);
      streamOver.complete(true);
      feed.stop();
      input.exited();
      input.release(threads);
      started.close();
      feed.await(threads);
    }
  }

  /**
   * What a full executor, or a client that is being closed, refuses: then the command is stopped.
   */
  private CommandDeadline begin(CallScope scope, TreeStop stop, StdinFeed feed) {
    try {
      feed.begin(threads, stop::run);
      return new CommandDeadline(command, scope, threads, stop::run, "exec");
    } catch (RuntimeException | Error e) {
      feed.stop();
      streamOver.complete(true);
      stop.run();
      throw e;
    }
  }

  private ExecResult follow(
      RunningCommand started, TreeStop stop, CommandDeadline deadline, StdinFeed feed) {
    try {
      return finish(readToTheEnd(started, stop, deadline, feed), deadline, feed);
    } finally {
      deadline.cancel();
    }
  }

  private ExitStatus readToTheEnd(
      RunningCommand started, TreeStop stop, CommandDeadline deadline, StdinFeed feed) {
    try {
      return read(started);
    } catch (Throwable failure) {
      feed.stop();
      SandboxException feedFailure = feed.failure();
      if (!showing && failure instanceof SandboxException && feedFailure != null) {
        feedFailure.addSuppressed(failure);
        throw feedFailure;
      }
      if (!showing && failure instanceof SandboxException e && deadline.hasPassed()) {
        throw deadline.exceeded(result(lost(e)), e);
      }
      if (showing || isOurs(failure)) {
        streamOver.complete(true);
        stop.run();
      }
      throw failure;
    }
  }

  /** False for what the platform or the connection did; the command may well go on. */
  private static boolean isOurs(Throwable failure) {
    return !(failure instanceof SandboxException)
        || failure instanceof CancelledException
        || failure instanceof WireFormatException;
  }

  /** Gives the command up; {@link #run} stops it and throws. From any thread. */
  void cancel() {
    call.cancel();
  }

  private ExitStatus read(RunningCommand started) {
    while (true) {
      ProcessEvent event = started.next();
      ended = event instanceof Ended;
      capture(event);
      texts.deliver(event, reader);
      if (event instanceof Ended end) {
        return end.status();
      }
    }
  }

  private ExecResult finish(ExitStatus status, CommandDeadline deadline, StdinFeed feed) {
    feed.stop();
    SandboxException feedFailure = feed.failure();
    if (feedFailure != null) {
      throw feedFailure;
    }
    ExecResult result = result(status);
    if (deadline.hasPassed()) {
      throw deadline.exceeded(result, null);
    }
    return result;
  }

  private void capture(ProcessEvent event) {
    if (event instanceof Output output) {
      captureOf(output.channel()).add(output);
    } else if (event instanceof OutputGap gap) {
      log.warn("exec {}: output is missing on {}: {}", command.name(), gap.channel(), gap.reason());
      captureOf(gap.channel()).addGap();
    }
  }

  private OutputCollector captureOf(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }

  private void show(ProcessEvent event) {
    showing = true;
    try {
      if (event instanceof Output output) {
        listener.onOutput(output);
      } else if (event instanceof OutputGap gap) {
        listener.onGap(gap);
      } else if (event instanceof Ended end) {
        listener.onEnd(end.status());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the listener could not take the output", e);
    }
    showing = false;
  }

  private ExecResult result(ExitStatus status) {
    Duration duration = Duration.ofNanos(threads.time().nanos() - began);
    return new ExecResult(command.name(), status, stdout.result(), stderr.result(), duration);
  }

  private static ExitStatus lost(SandboxException failure) {
    return new ExitStatus.Unreported(failure.failure().message());
  }
}
