package dev.sandpiper.testkit.promises;

import dev.sandpiper.Filesystem;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a filesystem does on Blaxel. */
class BlaxelFilesystemTest extends LocalBlaxelTest
    implements FilesystemContract, DirectoryCopyContract {
  @TempDir Path directory;

  @Override
  public Filesystem files() {
    return sandbox.files();
  }

  @Override
  public Path directory() {
    return directory;
  }
}
