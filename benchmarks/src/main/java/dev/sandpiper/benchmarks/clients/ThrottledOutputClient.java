package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * How much of a process's output arrives while it lives, where the platform's streams are slow
 * then. Finds the server in the environment.
 *
 * <p>Arguments: the command; how many seconds.
 */
public final class ThrottledOutputClient {
  private ThrottledOutputClient() {}

  public static void main(String[] args) {
    Duration span = Duration.ofSeconds(Long.parseLong(args[1]));
    try (BlaxelClient client = BlaxelClient.fromEnvironment();
        Sandbox sandbox = client.create(SandboxSpec.standard());
        Process process = sandbox.start(Command.shell(args[0]));
        EventStream<ProcessEvent> events = process.events()) {
      System.out.println("done=" + bytesIn(span, events));
    }
  }

  private static long bytesIn(Duration span, EventStream<ProcessEvent> events) {
    long until = System.nanoTime() + span.toNanos();
    long bytes = 0;
    for (long left = span.toNanos(); left > 0; left = until - System.nanoTime()) {
      try {
        if (events.next(Duration.ofNanos(left)) instanceof Output output) bytes += output.size();
      } catch (TimeoutException e) {
        return bytes;
      }
    }
    return bytes;
  }
}
