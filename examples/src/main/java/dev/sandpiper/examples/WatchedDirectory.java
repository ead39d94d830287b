package dev.sandpiper.examples;

import dev.sandpiper.Capability;
import dev.sandpiper.Command;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileEvent.Created;
import dev.sandpiper.FileEvent.Gap;
import dev.sandpiper.FileEvent.ModeChanged;
import dev.sandpiper.FileEvent.Removed;
import dev.sandpiper.FileEvent.Renamed;
import dev.sandpiper.FileEvent.Written;
import dev.sandpiper.FileInfo;
import dev.sandpiper.Process;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.WatchOptions;
import java.io.PrintStream;
import java.util.Optional;

/** Watches a directory of a sandbox while a command works in it. */
public final class WatchedDirectory {
  private static final String WORK =
      """
      cd reports
      echo "year,flow" > draft.csv
      echo "1871,1120" >> draft.csv
      mv draft.csv nile.csv
      mkdir old
      echo "1870,1100" > old/nile.csv
      chmod 600 nile.csv
      rm old/nile.csv
      : > done
      """;

  private WatchedDirectory() {}

  public static void main(String[] args) throws InterruptedException {
    try (Platform platform = Platform.of(args, Capability.WATCH)) {
      System.out.println("Running " + platform.description() + ".");
      run(platform.client(), System.out);
    }
  }

  static void run(SandboxClient client, PrintStream out) throws InterruptedException {
    WatchOptions options = WatchOptions.standard().recursive().includeInfo();
    try (Sandbox sandbox = client.create(SandboxSpec.standard())) {
      sandbox.files().makeDirectory("reports");
      String root = sandbox.workingDirectory() + "/reports/";
      // Open before the work begins: from here on nothing is missed.
      try (EventStream<FileEvent> changes = sandbox.files().watch("reports", options);
          Process work = sandbox.processes().start(Command.shell(WORK))) {
        for (FileEvent change : changes) {
          out.println("  | " + describe(change).replace(root, ""));
          if (change instanceof Created created && created.path().equals(root + "done")) {
            break;
          }
        }
        out.println("The work ended with " + work.waitFor() + ".");
      }
    }
  }

  private static String describe(FileEvent change) {
    if (change instanceof Created created) {
      return "created   " + created.path();
    } else if (change instanceof Written written) {
      return "written   " + written.path() + size(written.info());
    } else if (change instanceof Renamed renamed) {
      return "moved     " + renamed.path(); // its new name, if it is in sight, is created
    } else if (change instanceof Removed removed) {
      return "removed   " + removed.path();
    } else if (change instanceof ModeChanged changed) {
      return "mode of   " + changed.path();
    } else if (change instanceof Gap gap) {
      return "something may be missing here: " + gap.reason();
    }
    return change.toString();
  }

  /** Empty if the file was gone already when it was looked at. */
  private static String size(Optional<FileInfo> info) {
    return info.map(file -> ", " + file.size() + " bytes").orElse("");
  }
}
