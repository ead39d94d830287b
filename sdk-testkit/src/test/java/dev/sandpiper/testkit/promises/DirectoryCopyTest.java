package dev.sandpiper.testkit.promises;

import dev.sandpiper.e2b.E2bFilesystem;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Whole directories up and down, through the sandbox's own tar. */
class DirectoryCopyTest extends LocalE2bTest implements DirectoryCopyContract {
  E2bFilesystem files;
  @TempDir Path directory;

  @BeforeEach
  void openFiles() {
    files = sandbox.files();
  }

  @Override
  public E2bFilesystem files() {
    return files;
  }

  @Override
  public Path directory() {
    return directory;
  }
}
