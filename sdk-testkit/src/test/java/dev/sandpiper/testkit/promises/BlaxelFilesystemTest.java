package dev.sandpiper.testkit.promises;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** What a filesystem does on Blaxel. */
class BlaxelFilesystemTest extends LocalBlaxelTest implements FilesystemContract {
  @TempDir Path directory;

  @Override
  public Path directory() {
    return directory;
  }
}
