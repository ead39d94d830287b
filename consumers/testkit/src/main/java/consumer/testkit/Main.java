package consumer.testkit;

import consumer.core.Task;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.util.List;

/** The task in this JVM's own sandboxes; or a command given as arguments, which finds them. */
final class Main {
  private Main() {}

  public static void main(String[] command) throws Exception {
    try (LocalSandboxes local = LocalSandboxes.start()) {
      if (command.length == 0) {
        runTasks(local);
      } else if (exitOf(command, local) != 0) {
        throw new IllegalStateException("failed: " + String.join(" ", command));
      }
    }
  }

  private static void runTasks(LocalSandboxes local) throws IOException {
    try (SandboxClient e2b = local.e2bClient();
        SandboxClient blaxel = local.blaxelClient()) {
      Task.run("local E2B", e2b);
      Task.run("local Blaxel", blaxel);
    }
  }

  private static int exitOf(String[] command, LocalSandboxes local) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(List.of(command)).inheritIO();
    builder.environment().putAll(local.e2bEnvironment());
    builder.environment().putAll(local.blaxelEnvironment());
    return builder.start().waitFor();
  }
}
