package dev.sandpiper.examples;

import dev.sandpiper.Command;
import dev.sandpiper.ExecResult;
import dev.sandpiper.OutputListener;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelCommand;
import dev.sandpiper.blaxel.BlaxelSandbox;
import java.io.IOException;
import java.io.PrintStream;

/**
 * A command whose output comes over Blaxel's own stream, the answer to {@code POST /process}: an
 * event stream or JSON lines, whichever the server sends. No wrapper runs in the sandbox, but only
 * text is exact. Runs at Blaxel if {@code BL_API_KEY} and {@code BL_WORKSPACE} are set, else on
 * this machine.
 */
public final class BlaxelStreaming {
  private static final String SCRIPT =
      "for step in 1 2 3; do echo step $step; sleep 0.2; done; exit 4";

  private BlaxelStreaming() {}

  public static void main(String[] args) throws IOException {
    try (Platform platform = Platform.ofBlaxel(args)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.blaxel(), System.out);
    }
  }

  static void run(BlaxelClient client, PrintStream out) {
    try (BlaxelSandbox sandbox = client.create(SandboxSpec.standard())) {
      BlaxelCommand command = BlaxelCommand.of(Command.shell(SCRIPT)).streamed();
      ExecResult result =
          sandbox
              .processes()
              .exec(command, OutputListener.lines((channel, line) -> out.println("  | " + line)));
      out.println("It ended with " + result.exit() + ".");
      out.println("Nothing of its output is missing: " + result.stdout().isComplete());
    }
  }
}
