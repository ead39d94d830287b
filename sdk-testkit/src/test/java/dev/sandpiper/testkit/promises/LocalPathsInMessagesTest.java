package dev.sandpiper.testkit.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.blaxel.BlaxelClient;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A download that this machine's files prevent names the path that the caller knows. */
class LocalPathsInMessagesTest {
  @Test
  void theMissingDirectoryIsNamedAndAFullOneIsRefused(@TempDir Path directory) throws Exception {
    Path missing = directory.resolve("missing");
    Path full = Files.createDirectory(directory.resolve("full"));
    Files.writeString(full.resolve("mine"), "x");
    try (LocalSandboxes local = LocalSandboxes.start();
        BlaxelClient client = local.blaxelClient();
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      assertThat(local.toString()).startsWith("LocalSandboxes[E2B at http://");
      Filesystem files = sandbox.files();
      files.writeText("d/f", "x");
      assertThatThrownBy(() -> files.download("d/f", missing.resolve("f")))
          .isInstanceOf(UncheckedIOException.class)
          .rootCause()
          .isInstanceOf(NoSuchFileException.class)
          .hasMessage(missing + ": there is no such directory for the target of the download");
      assertThatThrownBy(() -> files.downloadDirectory("d", missing.resolve("d")))
          .rootCause()
          .hasMessageStartingWith(missing + ": there is no such directory");
      assertThatThrownBy(() -> files.downloadDirectory("d", full))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageEndingWith(full + " is not empty; the target must not exist, or be empty")
          .hasCauseInstanceOf(DirectoryNotEmptyException.class);
      assertThatThrownBy(() -> files.readText("d"))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessageEndingWith("/d: it is a directory");
    }
  }
}
