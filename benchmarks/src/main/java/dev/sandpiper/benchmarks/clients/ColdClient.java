package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;

/**
 * One command, from nothing: what is measured is the whole process.
 *
 * <p>Argument: the server.
 */
public final class ColdClient {
  private ColdClient() {}

  public static void main(String[] args) {
    try (SandboxClient client = Sandboxes.e2b(args[0], "binary")) {
      Sandbox sandbox = client.connect(Sandboxes.NAME);
      System.out.println("done=" + sandbox.exec("true").orThrow().stdout().totalBytes());
    }
  }
}
