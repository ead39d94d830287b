package dev.sandpiper.fake;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ExecResult;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.OutputListener;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.Signal;
import dev.sandpiper.engine.OutputCollector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One {@code exec}: captures a command's output and passes it to the listener. */
final class FakeExecution {
  private final Running running;
  private final OutputListener listener;
  private final OutputCollector stdout;
  private final OutputCollector stderr;

  FakeExecution(Running running, OutputListener listener) {
    this.running = running;
    this.listener = listener;
    this.stdout = new OutputCollector(running.command.captureBytes());
    this.stderr = new OutputCollector(running.command.captureBytes());
  }

  ExecResult result() {
    ExitStatus status = readToTheEnd();
    ExecResult result =
        new ExecResult(
            running.command.name(), status, stdout.result(), stderr.result(), running.duration());
    if (running.isLate()) {
      throw running.deadlineExceeded("exec", result);
    }
    return result;
  }

  private ExitStatus readToTheEnd() {
    try {
      int index = 0;
      while (true) {
        ProcessEvent event = await(index++);
        show(event);
        if (event instanceof Ended end) {
          return end.status();
        }
      }
    } catch (RuntimeException | Error e) {
      running.stop(Signal.TERM); // has no effect if the connection was lost
      throw e;
    }
  }

  private @Nullable ProcessEvent await(int index) {
    try {
      return running.await(index, Long.MAX_VALUE, () -> false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          Failure.of("exec", running.command.name(), "its thread was interrupted"), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("292 years have passed", e);
    }
  }

  private void show(@Nullable ProcessEvent event) {
    try {
      if (event instanceof Output output) {
        captureOf(output.channel()).add(output);
        listener.onOutput(output);
      } else if (event instanceof OutputGap gap) {
        captureOf(gap.channel()).addGap();
        listener.onGap(gap);
      } else if (event instanceof Ended end) {
        listener.onEnd(end.status());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the output listener failed", e);
    }
  }

  private OutputCollector captureOf(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }
}
