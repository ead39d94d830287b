package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;

/**
 * How long an event is under way from the server's write to the caller.
 *
 * <p>Arguments: {@code raw}, {@code listener} or {@code events}; the server; microseconds between
 * events; how many.
 */
public final class TickClient {
  private TickClient() {}

  public static void main(String[] args) throws Exception {
    String server = args[1];
    int count = Integer.parseInt(args[3]);
    String command = "ticks " + args[2] + " " + count;
    if (args[0].equals("raw")) {
      String type = OutputClient.type("binary");
      RawSocket raw = new RawSocket(server);
      Meter.printQuantiles(raw.ticks(OutputClient.path("binary"), type, command, count));
      return;
    }
    Ticks ticks = new Ticks(count);
    try (SandboxClient client = Sandboxes.e2b(server, "binary")) {
      Sandbox sandbox = client.connect(Sandboxes.NAME);
      if (args[0].equals("listener")) {
        sandbox.exec(Command.shell(command), output -> look(ticks, output)).orThrow();
      } else {
        events(sandbox, command, ticks);
      }
    }
    Meter.printQuantiles(ticks.all());
  }

  private static void look(Ticks ticks, Output output) {
    byte[] bytes = output.toByteArray();
    ticks.look(bytes, bytes.length);
  }

  private static void events(Sandbox sandbox, String command, Ticks ticks) {
    try (Process process = sandbox.start(Command.shell(command));
        EventStream<ProcessEvent> events = process.events()) {
      for (ProcessEvent event : events) {
        if (event instanceof Output output) look(ticks, output);
      }
    }
  }
}
