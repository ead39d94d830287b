package consumer.core;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.ExecResult;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.OutputListener;
import dev.sandpiper.Process;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the quickstart does, and a little more, with every result compared. */
public final class Task {
  private static final String SCRIPT = "{ sum += $2; print $1 } END { print sum / NR > \"mean\" }";

  private Task() {}

  public static void run(String where, SandboxClient client) throws IOException {
    try (Sandbox sandbox = client.create(SandboxSpec.standard().label("who", "consumer"))) {
      sandbox.files().write("levels.csv", Content.of("1871,1120\n1872,1160\n1873,963\n"));
      List<String> lines = new ArrayList<>();
      Command mean =
          Command.of("awk", "-F", ",", SCRIPT, "levels.csv").timeout(Duration.ofMinutes(1));
      sandbox
          .processes()
          .exec(mean, OutputListener.lines((channel, line) -> lines.add(line)))
          .orThrow();
      expect(lines.equals(List.of("1871", "1872", "1873")), "three years, not " + lines);

      ExecResult failed = sandbox.exec("grep", "2071", "levels.csv");
      expect(failed.exit().code().orElse(-1) == 1, "exit status 1, not " + failed.exit());

      Path result = Files.createTempFile("mean", "");
      try {
        sandbox.files().download("mean", result);
        expect(Files.readString(result).equals("1081\n"), "the mean");
      } finally {
        Files.delete(result);
      }
      List<String> names = sandbox.files().list(".").stream().map(FileInfo::name).toList();
      expect(names.equals(List.of("levels.csv", "mean")), "two files, not " + names);
      if (sandbox.capabilities().contains(Capability.WATCH)) watch(sandbox);
      try (Process process = sandbox.processes().start(Command.of("sleep", "600"))) {
        boolean listed =
            sandbox.processes().list().stream().anyMatch(one -> one.ref().equals(process.ref()));
        expect(listed, "a list with " + process.ref());
      }
      stream(sandbox);
    }
    System.out.println("the task is done: " + where);
  }

  private static void stream(Sandbox sandbox) {
    StringBuilder seen = new StringBuilder();
    try (Process process = sandbox.start(Command.shell("echo one; exit 3"))) {
      for (ProcessEvent event : process.events()) {
        if (event instanceof ProcessEvent.Output output) seen.append(output.text());
        if (event instanceof ProcessEvent.Ended end) seen.append(end.status());
      }
    }
    expect(seen.toString().equals("one\nexit status 3"), "the stream, not " + seen);
  }

  private static void watch(Sandbox sandbox) {
    try (EventStream<FileEvent> events =
        sandbox.files().watch(".", WatchOptions.standard().recursive())) {
      sandbox.files().makeDirectory("new");
      FileEvent event = events.next();
      boolean created =
          event instanceof FileEvent.Created directory && directory.path().endsWith("/new");
      expect(created, "the new directory, not " + event);
    }
  }

  private static void expect(boolean condition, String what) {
    if (!condition) throw new IllegalStateException("expected " + what);
  }
}
