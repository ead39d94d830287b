package dev.sandpiper.engine;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Adapts a started process to {@link java.lang.Process}. */
final class JavaProcess extends java.lang.Process {
  private static final int SIGNALED = 128;

  private final StartedProcess process;
  private final ChannelStreams streams;
  private final OutputStream input;
  private final InputStream output;
  private final InputStream errors;

  JavaProcess(StartedProcess process) {
    this.process = process;
    this.streams = new ChannelStreams(process::claim, process.time());
    this.output = streams.of(Channel.STDOUT);
    this.errors = streams.of(Channel.STDERR);
    this.input = process.isWritable() ? process.stdin() : closed();
  }

  /** Fails every write, as the JDK does if stdin is not a pipe. */
  private static OutputStream closed() {
    OutputStream stream = OutputStream.nullOutputStream();
    try {
      stream.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return stream;
  }

  @Override
  public OutputStream getOutputStream() {
    return input;
  }

  @Override
  public InputStream getInputStream() {
    return output;
  }

  @Override
  public InputStream getErrorStream() {
    return errors;
  }

  @Override
  public int waitFor() throws InterruptedException {
    long until = process.time().nanos() + Long.MAX_VALUE;
    streams.readOnIfReader(until);
    return code(process.awaitExit(until).orElseThrow());
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    long until = process.time().nanos() + unit.toNanos(timeout);
    streams.readOnIfReader(until);
    return process.awaitExit(until).isPresent();
  }

  @Override
  public int exitValue() {
    if (isAlive()) {
      throw new IllegalThreadStateException("process " + process.ref() + " has not exited");
    }
    try {
      return waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalThreadStateException("interrupted");
    }
  }

  private int code(ExitStatus status) {
    if (status instanceof ExitStatus.Exited exited) {
      return exited.exitCode();
    }
    if (status instanceof ExitStatus.Signaled signaled && signaled.signal().number() > 0) {
      return SIGNALED + signaled.signal().number();
    }
    throw new IllegalStateException(
        "the exit status of " + process.ref() + " has no exit value: " + status);
  }

  @Override
  public boolean isAlive() {
    return !process.isOver();
  }

  @Override
  public void destroy() {
    process.signal(Signal.TERM);
  }

  @Override
  public java.lang.Process destroyForcibly() {
    process.signal(Signal.KILL);
    return this;
  }

  @Override
  public boolean supportsNormalTermination() {
    return true;
  }

  @Override
  public CompletableFuture<java.lang.Process> onExit() {
    return process.onExit().thenApply(status -> this);
  }

  /**
   * The process id in its sandbox.
   *
   * @throws UnsupportedOperationException if the platform identifies processes by name
   */
  @Override
  public long pid() {
    try {
      return Long.parseLong(process.ref().processId());
    } catch (NumberFormatException e) {
      throw new UnsupportedOperationException(
          "the platform does not report the pid of " + process.ref(), e);
    }
  }

  @Override
  public String toString() {
    return "Process[" + process.ref() + "]";
  }
}
