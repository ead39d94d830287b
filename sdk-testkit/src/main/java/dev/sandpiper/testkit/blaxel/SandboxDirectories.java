package dev.sandpiper.testkit.blaxel;

import java.nio.file.Path;

/**
 * Where a sandbox lives on this machine.
 *
 * @param home its home, where commands start
 * @param logs what it knows as {@code /var/log/sandbox-api}
 */
record SandboxDirectories(Path home, Path logs) {
  /** A working directory as it is told: only a tilde in front is replaced. */
  String expanded(String directory) {
    return directory.startsWith("~") ? home + directory.substring(1) : directory;
  }

  /** The same as an absolute path. */
  String resolved(String expanded) {
    if (expanded.isEmpty()) return home.toString();
    return expanded.startsWith("/") ? expanded : home + "/" + expanded;
  }
}
