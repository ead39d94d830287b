package dev.sandpiper.examples;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Starts a long job, lets go of it, and follows it to its end from a second JVM that knows nothing
 * but two lines of text.
 */
public final class ReattachFromAnotherJvm {
  private static final String JOB =
      "echo ready; until [ -e reader ]; do sleep 0.1; done;"
          + " for step in 1 2 3 4 5 6 7 8 9 10; do echo step $step; sleep 0.1; done; exit 3";

  private ReattachFromAnotherJvm() {}

  /**
   * Without arguments: the first JVM. With a sandbox's id and a process's reference: the second.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length == 2) {
      ProcessRef ref = ProcessRef.parse(args[1]);
      try (Platform platform = Platform.of(new String[] {ref.platform()}, Capability.ATTACH)) {
        follow(platform.client(), args[0], ref, System.out);
      }
      return;
    }
    try (Platform platform = Platform.of(args, Capability.ATTACH);
        SandboxClient client = platform.anotherClient()) {
      System.out.println("Running " + platform.description() + ".");
      Started started = start(client, System.out);
      int status = secondJvm(platform, started).waitFor();
      System.out.println("The second JVM ended with " + status + ".");
    }
  }

  /** What the first JVM leaves to the second. */
  record Started(String sandboxId, ProcessRef process) {}

  static Started start(SandboxClient client, PrintStream out) {
    try (Sandbox sandbox = client.create(SandboxSpec.standard());
        Process job = sandbox.processes().start(Command.shell(JOB))) {
      out.println("Started " + job.ref() + " and let go of it.");
      return new Started(sandbox.detach(), job.detach());
    }
  }

  static void follow(SandboxClient client, String sandboxId, ProcessRef ref, PrintStream out)
      throws IOException {
    Sandbox sandbox = client.connect(sandboxId);
    try (Process job = sandbox.processes().attach(ref)) {
      sandbox.files().writeText("reader", ""); // the job goes on when somebody listens
      for (ProcessEvent event : job.events()) {
        if (event instanceof Output output) {
          output.writeTo(out);
        } else if (event instanceof OutputGap gap) {
          out.println("[" + gap.channel() + ": " + gap.reason() + "]");
        } else if (event instanceof Ended end) {
          out.println("The job ended with " + end.status() + ".");
        }
      }
    }
    sandbox.kill();
  }

  private static java.lang.Process secondJvm(Platform platform, Started started)
      throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            java,
            "-classpath",
            System.getProperty("java.class.path"),
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            ReattachFromAnotherJvm.class.getName(),
            started.sandboxId(),
            started.process().toString());
    builder.environment().putAll(platform.environment());
    return builder.inheritIO().start();
  }
}
