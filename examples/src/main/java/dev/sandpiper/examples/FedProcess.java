package dev.sandpiper.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;

/** Talks to a program: writes a line, reads its answer, writes the next; then lets it end. */
public final class FedProcess {
  private static final List<String> QUESTIONS = List.of("2 + 3", "6 * 7", "1871 / 100");

  /** Answers each line at once; a program that gathers its input or output would not do. */
  private static final String CALCULATOR =
      """
      n=0
      while read -r question; do
        echo "$question = $(($question))"
        n=$((n + 1))
      done
      echo "$n answers given"
      """;

  private FedProcess() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    try (Platform platform = Platform.of(args, Capability.STDIN, Capability.STDIN_END)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws IOException, InterruptedException {
    Command calculator = Command.shell(CALCULATOR).openStdin();
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        Process process = sandbox.processes().start(calculator)) {
      OutputStream input = process.stdin();
      int asked = 0;
      ask(input, QUESTIONS.get(asked++));
      StringBuilder line = new StringBuilder();
      for (ProcessEvent event : process.events()) {
        if (!(event instanceof Output output)) {
          continue;
        }
        line.append(output.text());
        int end;
        while ((end = line.indexOf("\n")) >= 0) {
          out.println("  | " + line.substring(0, end));
          line.delete(0, end + 1);
          if (asked < QUESTIONS.size()) {
            ask(input, QUESTIONS.get(asked++));
          } else {
            input.close();
          }
        }
      }
      out.println("The calculator ended with " + process.waitFor() + ".");
    }
  }

  private static void ask(OutputStream input, String question) throws IOException {
    input.write((question + "\n").getBytes(UTF_8));
    input.flush();
  }
}
