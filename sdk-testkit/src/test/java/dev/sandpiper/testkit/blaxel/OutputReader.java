package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.ExitStatus;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.blaxel.BlaxelSandbox;

/**
 * A JVM of its own that goes on reading where another stopped. It finds the platform by its
 * environment and is told the directory of outputs, the process and the place; what it reads goes
 * to its standard output, and the process's exit code becomes its own.
 */
final class OutputReader {
  private OutputReader() {}

  public static void main(String[] arguments) throws Exception {
    ProcessRef ref = ProcessRef.parse(arguments[1]);
    ExitStatus status;
    try (BlaxelClient client =
            BlaxelClient.builder()
                .environment(System.getenv())
                .outputDirectory(arguments[0])
                .build();
        BlaxelSandbox sandbox = client.connect(ref.sandboxId());
        Process process = sandbox.processes().attach(ref, arguments[2])) {
      status = process.transferTo(System.out, System.err);
    }
    System.exit(status.code().orElse(-1));
  }
}
