package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Data goes into a sandbox (the yearly flow of the Nile at Aswan, 1871 to 1970), a program works on
 * it there and says how far it is, and its result comes back. Runs at E2B if {@code E2B_API_KEY} is
 * set, at Blaxel if {@code BL_API_KEY} and {@code BL_WORKSPACE} are, and otherwise in a sandbox on
 * this machine. On Windows, where local sandboxes do not run, a fake replays what they did.
 */
public final class Quickstart {
  private Quickstart() {}

  public static void main(String[] args) throws IOException {
    try (Platform platform = Platform.of(args, RecordedAnalysis::client)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
    System.out.println("Done. Nothing is left behind.");
  }

  static void run(SandboxClient client, PrintStream out) throws IOException {
    Path result = Files.createTempFile("levels", ".csv");
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      out.println("Created sandbox " + sandbox.id() + ".");
      sandbox.files().write("nile.csv", Content.of(() -> resource("nile.csv")));
      sandbox.files().write("change.awk", Content.of(() -> resource("change.awk")));

      Command analyse =
          Command.of("awk", "-v", "table=levels.csv", "-f", "change.awk", "nile.csv")
              .timeout(Duration.ofMinutes(2));
      sandbox
          .processes()
          .exec(analyse, OutputListener.lines((channel, line) -> out.println("  | " + line)))
          .orThrow();

      ExecResult failed = sandbox.exec("grep", "2071", "nile.csv");
      out.println("Looked for a year that is not there: " + failed.exit() + ".");

      sandbox.files().download("levels.csv", result);
      out.println("Downloaded the result:");
      Files.readAllLines(result).forEach(line -> out.println("  " + line));
    } finally {
      Files.delete(result);
    }
  }

  private static InputStream resource(String name) throws IOException {
    InputStream stream = Quickstart.class.getResourceAsStream(name);
    if (stream == null) {
      throw new FileNotFoundException(name + " is missing from the examples");
    }
    return stream;
  }
}
