package dev.sandpiper.files;

import dev.sandpiper.engine.Nonce;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files of this machine that are there whole or not at all. */
public final class LocalFile {
  private LocalFile() {}

  /** Writes {@code source} beside {@code target}, and then puts it in its place. */
  public static void replace(Path target, InputStream source) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(target + " is a directory, not the name of a file");
    }
    // Not a temporary file of the JDK's: its owner alone could read what is downloaded.
    Path part = directory.resolve("." + Nonce.random() + ".part");
    try {
      Files.copy(source, part);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
