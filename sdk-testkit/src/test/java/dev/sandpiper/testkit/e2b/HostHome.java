package dev.sandpiper.testkit.e2b;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a home is that commands see somewhere else. */
public final class HostHome {
  private HostHome() {}

  /**
   * Finds the directory of a sandbox of any server on this machine.
   *
   * @param seen where the sandbox's commands see it
   */
  public static Path of(String sandboxId, String seen) throws IOException {
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (DirectoryStream<Path> servers = Files.newDirectoryStream(temporary, "sandpiper-*")) {
      for (Path server : servers) {
        Path home = server.resolve(sandboxId).resolve("user");
        if (Files.isDirectory(home)) return home.toRealPath();
      }
    }
    return Path.of(seen);
  }
}
