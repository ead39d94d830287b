package dev.sandpiper.testkit.e2b;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.testkit.machine.Directories;
import dev.sandpiper.testkit.machine.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether this machine gives terminals to local sandboxes; tests of them are skipped if not. */
public final class TerminalsHere {
  private TerminalsHere() {}

  /** The reason for none; null if there are terminals. */
  static @Nullable String missing() throws IOException {
    Path directory = Files.createTempDirectory("sandpiper-terminals-");
    try {
      return Launcher.in(directory).noTerminals();
    } finally {
      Directories.delete(directory);
    }
  }

  public static void assume() throws IOException {
    String reason = missing();
    assumeTrue(reason == null, () -> "no terminals: " + reason);
  }
}
