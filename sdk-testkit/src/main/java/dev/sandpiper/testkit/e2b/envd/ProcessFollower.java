package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.e2b.proto.ProcessProto.ProcessEvent;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.process.SandboxProcess;
import dev.sandpiper.testkit.e2b.process.Subscription;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Sends a process's events to one client: its start, then events from now on, a keep-alive whenever
 * there was no event for a while, and the end. The process is not affected if the client
 * disconnects.
 */
final class ProcessFollower {
  /** Sends the events, in the method's response message. */
  interface EventSink {
    void send(ProcessEvent event) throws IOException;
  }

  private final SandboxProcess process;
  private final RpcCall call;
  private final EventSink sink;
  private final @Nullable Long deadlineNanos;

  ProcessFollower(SandboxProcess process, RpcCall call, EventSink sink) {
    this.process = process;
    this.call = call;
    this.sink = sink;
    Duration timeout = call.timeout();
    this.deadlineNanos = timeout == null ? null : System.nanoTime() + timeout.toNanos();
  }

  /**
   * Returns after the end has been sent.
   *
   * @param subscription null if the process has ended
   * @throws RpcException if the call's deadline passes first
   */
  void follow(@Nullable Subscription subscription) throws IOException, InterruptedException {
    try {
      sink.send(started());
      ProcessEvent end = process.broadcast().end();
      if (subscription != null) {
        pass(subscription, keepalive());
      } else if (end != null) {
        sink.send(end);
      }
    } finally {
      if (subscription != null) process.broadcast().leave(subscription);
    }
  }

  private ProcessEvent started() {
    ProcessEvent.StartEvent start =
        ProcessEvent.StartEvent.newBuilder().setPid(Math.toIntExact(process.pid())).build();
    return ProcessEvent.newBuilder().setStart(start).build();
  }

  private void pass(Subscription subscription, Duration keepalive)
      throws IOException, InterruptedException {
    ProcessEvent event = null;
    while (event == null || !event.hasEnd()) {
      event = next(subscription, Math.min(keepalive.toNanos(), nanosLeft()));
      if (nanosLeft() <= 0 && (event == null || event.hasEnd())) {
        throw RpcException.deadlineExceeded(); // even if the process was killed at the deadline
      }
      sink.send(event == null ? keepAlive() : event);
    }
  }

  private static @Nullable ProcessEvent next(Subscription subscription, long nanos)
      throws IOException, InterruptedException {
    try {
      return subscription.poll(nanos);
    } catch (Subscription.BrokenException e) {
      throw new IOException(e);
    }
  }

  private long nanosLeft() {
    return deadlineNanos == null ? Long.MAX_VALUE : deadlineNanos - System.nanoTime();
  }

  private static ProcessEvent keepAlive() {
    return ProcessEvent.newBuilder()
        .setKeepalive(ProcessEvent.KeepAlive.getDefaultInstance())
        .build();
  }

  /**
   * How long a stream may be idle. The real server does not survive an interval below one second;
   * neither does this one.
   */
  private Duration keepalive() throws IOException {
    long seconds = call.keepaliveSeconds();
    if (seconds < 1) {
      call.sandbox().crashEnvd();
      throw new IOException("the daemon has crashed: keepalive interval of " + seconds + " s");
    }
    return Duration.ofSeconds(seconds);
  }
}
