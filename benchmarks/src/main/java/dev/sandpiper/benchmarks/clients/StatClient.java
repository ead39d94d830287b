package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;

/**
 * Asks for a file's status, again and again over one connection.
 *
 * <p>Arguments: {@code raw}, {@code okhttp} or {@code ours}; the server; how many calls.
 */
public final class StatClient {
  private static final String PATH = "/filesystem.Filesystem/Stat";
  private static final String TYPE = "application/proto";

  private StatClient() {}

  public static void main(String[] args) throws Exception {
    String server = args[1];
    int calls = Integer.parseInt(args[2]);
    switch (args[0]) {
      case "raw" -> {
        RawSocket raw = new RawSocket(server);
        Meter.measure(1, calls, () -> raw.call(calls, PATH, TYPE, "data"));
      }
      case "okhttp" -> {
        OkHttp okHttp = new OkHttp(server);
        Meter.measure(1, calls, () -> okHttp.call(calls, PATH, TYPE, "data"));
        okHttp.close();
      }
      default -> {
        try (SandboxClient client = Sandboxes.e2b(server, "binary")) {
          Sandbox sandbox = client.connect(Sandboxes.NAME);
          Meter.measure(1, calls, () -> ask(sandbox, calls));
        }
      }
    }
  }

  private static void ask(Sandbox sandbox, int calls) {
    for (int i = 0; i < calls; i++) {
      if (sandbox.files().stat("/home/user/data").size() != 5) {
        throw new IllegalStateException("another file than the server's");
      }
    }
  }
}
