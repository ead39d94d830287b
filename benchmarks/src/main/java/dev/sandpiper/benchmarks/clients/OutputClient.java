package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads a command's output to its end, several times.
 *
 * <p>Arguments: {@code raw}, {@code okhttp}, {@code listener} or {@code events}; the server; {@code
 * binary}, {@code json} or {@code blaxel}; the size of a message; how many; how many streams.
 */
public final class OutputClient {
  private OutputClient() {}

  public static void main(String[] args) throws Exception {
    String server = args[1];
    String format = args[2];
    long bytes = Long.parseLong(args[3]) * Long.parseLong(args[4]);
    String command = "messages " + args[3] + " " + args[4];
    int streams = Integer.parseInt(args[5]);
    switch (args[0]) {
      case "raw" -> {
        RawSocket raw = new RawSocket(server);
        Meter.measure(streams, bytes, () -> raw.discard(path(format), type(format), command));
      }
      case "okhttp" -> {
        OkHttp okHttp = new OkHttp(server);
        Meter.measure(streams, bytes, () -> okHttp.discard(path(format), type(format), command));
        okHttp.close();
      }
      default -> measureOurs(args[0], server, format, command, bytes, streams);
    }
  }

  private static void measureOurs(
      String way, String server, String format, String command, long bytes, int streams)
      throws Exception {
    if (format.equals("blaxel")) {
      try (BlaxelClient client = Sandboxes.blaxel(server)) {
        BlaxelSandbox sandbox = client.connect(Sandboxes.NAME);
        BlaxelCommand streamed = BlaxelCommand.of(Command.shell(command)).streamed();
        Counting counting = new Counting(bytes);
        Meter.measure(
            streams,
            bytes,
            () -> counting.check(() -> sandbox.processes().exec(streamed, counting).orThrow()));
      }
      return;
    }
    try (SandboxClient client = Sandboxes.e2b(server, format)) {
      Sandbox sandbox = client.connect(Sandboxes.NAME);
      Counting counting = new Counting(bytes);
      Meter.Work work =
          way.equals("listener")
              ? () -> sandbox.exec(Command.shell(command), counting).orThrow()
              : () -> events(sandbox, command, counting);
      Meter.measure(streams, bytes, () -> counting.check(work));
    }
  }

  private static void events(Sandbox sandbox, String command, Counting counting)
      throws InterruptedException {
    try (Process process = sandbox.start(Command.shell(command));
        EventStream<ProcessEvent> events = process.events()) {
      for (ProcessEvent event : events) {
        if (event instanceof Output output) counting.onOutput(output);
      }
      process.waitFor();
    }
  }

  static String path(String format) {
    return format.equals("blaxel") ? "/process" : "/process.Process/Start";
  }

  static String type(String format) {
    return format.equals("blaxel")
        ? "application/json"
        : "application/connect+" + (format.equals("json") ? "json" : "proto");
  }

  /** Counts, so that what was not read cannot count as fast. */
  private static final class Counting implements OutputListener {
    private final long expected;
    private final AtomicLong bytes = new AtomicLong();

    Counting(long expected) {
      this.expected = expected;
    }

    @Override
    public void onOutput(Output output) {
      bytes.addAndGet(output.size());
    }

    void check(Meter.Work work) throws Exception {
      bytes.set(0);
      work.run();
      if (bytes.get() != expected) {
        throw new IllegalStateException("read " + bytes.get() + " of " + expected + " bytes");
      }
    }
  }
}
