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
 * One {@code exec}: reads a command's events on the calling thread until its end. A failure on the
 * client's side (an interrupt, a listener that throws, a malformed stream) stops the command. A
 * lost connection does not, because the caller can attach to the command again.
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

  /** True while the listener runs, and after it threw: its exception must not be replaced. */
  private boolean showing;

  private volatile boolean ended; // true once the end event has been read

  Execution(Command command, OutputListener listener, BackgroundThreads threads, CallScope outer) {
    if (command.opensStdin()) {
      throw new IllegalArgumentException(
          "exec cannot open stdin for writing: use Command.stdin(content), or start(command)");
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
    // Without a listener the output may arrive with the end, which takes fewer requests.
    started.outputWanted(listener != LaunchedProcesses.NOBODY);
    Runnable cancel = started::cancel;
    call.onCancel(cancel);
    TreeStop stop = new TreeStop(started, streamOver, () -> ended, threads);
    ProcessInput input = new ProcessInput(started);
    StdinFeed feed = new StdinFeed(command.stdin(), input, "exec", command.name());
    try {
      return follow(started, stop, begin(scope, stop, feed), feed);
    } finally {
      // The input is aborted first, so that the feed can end. The feed is awaited last, because the
      // caller's source should not be read after exec has returned.
      call.forget(cancel);
      streamOver.complete(true);
      feed.stop();
      input.exited();
      input.release(threads);
      started.close();
      if (ended) {
        started.forget();
      }
      feed.await(threads);
    }
  }

  /**
   * Starts the feed and the deadline. A full executor or a closing client may reject their tasks;
   * then the command is stopped, because nothing would enforce its deadline.
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
      // If we stopped the command, report why, and not how its end looked to the reader.
      if (!showing && failure instanceof SandboxException && feedFailure != null) {
        feedFailure.addSuppressed(failure);
        throw feedFailure;
      }
      if (!showing && failure instanceof SandboxException e && deadline.hasPassed()) {
        throw deadline.exceeded(result(lost(e)), e);
      }
      if (showing || isOurs(failure)) {
        streamOver.complete(true); // the stream is not read on, so the stop must not wait for it
        stop.run();
      }
      throw failure;
    }
  }

  /**
   * False for failures of the platform or the connection, after which the command may still run.
   */
  private static boolean isOurs(Throwable failure) {
    return !(failure instanceof SandboxException)
        || failure instanceof CancelledException
        || failure instanceof WireFormatException;
  }

  /** Cancels the command: {@link #run} stops it and throws. May be called from any thread. */
  void cancel() {
    call.cancel();
  }

  private ExitStatus read(RunningCommand started) {
    while (true) {
      ProcessEvent event = started.next();
      ended = event instanceof Ended; // before the listener: if it throws, nothing is left to stop
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
      throw new UncheckedIOException("the output listener failed", e);
    }
    // Not in a finally block: see the field.
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
