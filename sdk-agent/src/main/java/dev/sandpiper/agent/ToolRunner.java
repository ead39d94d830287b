package dev.sandpiper.agent;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Runs calls: reports them to the listener, and turns failures into results. */
final class ToolRunner {
  private static final ToolResult CANCELLED =
      ToolResult.error("The call was cancelled. Whether it had an effect is unknown.");

  private final ToolOptions options;
  private final AtomicLong calls = new AtomicLong();
  private volatile boolean closed;

  ToolRunner(ToolOptions options) {
    this.options = options;
  }

  void close() {
    closed = true;
  }

  ToolResult run(AgentTool tool, String arguments) {
    return observed(tool.name(), arguments, () -> attempt(tool, arguments));
  }

  ToolResult refuse(String name, String arguments, String reason) {
    return observed(name, arguments, () -> ToolResult.error(reason));
  }

  @FunctionalInterface
  private interface Attempt {
    ToolResult get();
  }

  private ToolResult observed(String name, String arguments, Attempt attempt) {
    ToolCall call = new ToolCall(calls.incrementAndGet(), name, arguments);
    options.listener().onCall(call);
    long start = System.nanoTime();
    ToolResult result = CANCELLED;
    try {
      result = capped(attempt.get());
    } finally {
      options.listener().onResult(call, result, Duration.ofNanos(System.nanoTime() - start));
    }
    return result;
  }

  private ToolResult capped(ToolResult result) {
    String text = PlainText.capped(result.text(), options.resultCharacters());
    return new ToolResult(text, result.isError());
  }

  private ToolResult attempt(AgentTool tool, String arguments) {
    if (closed) {
      return ToolResult.error("The tools are closed: stop calling them.");
    }
    try {
      return tool.action().run(tool.parameters().read(arguments));
    } catch (InvalidArgumentsException e) {
      return ToolResult.error(
          tool.name() + " was not run. " + e.getMessage() + " Correct the call and repeat it.");
    } catch (SandboxException e) {
      return failed(tool, e);
    } catch (SandboxIOException e) {
      return failed(tool, e.getCause());
    } catch (IOException e) {
      return ToolResult.error(tool.name() + " failed: " + e.getMessage() + ". Try another way.");
    } catch (IllegalArgumentException e) {
      return ToolResult.error(
          tool.name() + " was not run: " + e.getMessage() + ". Correct the arguments.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(
          Failure.of(tool.name(), "the sandbox", "the calling thread was interrupted"), e);
    }
  }

  private static ToolResult failed(AgentTool tool, SandboxException failure) {
    // Only its own interrupt ends a call with an exception: a closed client is a result.
    if (failure instanceof CancelledException && Thread.currentThread().isInterrupted()) {
      throw failure;
    }
    return ToolResult.error(
        tool.name() + " failed: " + failure.getMessage() + "\n" + Advice.after(failure));
  }
}
