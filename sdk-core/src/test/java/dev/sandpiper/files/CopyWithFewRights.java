package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program of a user who must obey permission bits: unpacks a directory in each of these ways and
 * writes down what came of it, a line each.
 */
final class CopyWithFewRights {
  private static final DirectoryOptions STANDARD = DirectoryOptions.standard();

  private final Path directory;

  private CopyWithFewRights(Path directory) {
    this.directory = directory;
  }

  /**
   * Runs it.
   *
   * @param arguments the directory to work in
   */
  public static void main(String[] arguments) throws IOException {
    new CopyWithFewRights(Path.of(arguments[0])).run();
  }

  private void run() throws IOException {
    Path secret = Files.createDirectory(directory.resolve("secret"));
    LocalEntry.setMode(secret, 0);
    tell("obeys modes", !Files.isReadable(secret));
    tell("whole", outcome("whole", closed().end(), STANDARD));
    byte[] broken = closed().file("../out", "x").end();
    tell("broken", outcome("broken", broken, STANDARD));
    DirectoryOptions stopping =
        STANDARD.listener(
            progress -> {
              if (progress.entries() == ENTRIES && progress.bytes() > 0 && isClosed("stopped")) {
                throw new IllegalStateException("enough");
              }
            });
    tell("stopped", outcome("stopped", closed().end(), stopping));
    tell(
        "deep",
        outcome(
            "deep",
            new ArchiveText().file("d/".repeat(1500) + "f", "x").file("../out", "x").end(),
            STANDARD));
    tell("source", source());
  }

  private static final int ENTRIES = 7;

  /** Directories that cannot be entered or written to, also before what holds them. */
  private static ArchiveText closed() {
    return new ArchiveText()
        .directory("none", 0)
        .file("none/f", 0, "x")
        .directory("a/b", 0500)
        .directory("a/b/c", 0)
        .link("a/b/c/l", "../f")
        .directory("a", 0)
        .file("a/b/f", "y");
  }

  private boolean isClosed(String name) {
    return !Files.isReadable(directory.resolve("." + name + "/none"));
  }

  private String outcome(String name, byte[] archive, DirectoryOptions options) {
    try {
      LocalDirectory.create(
          directory.resolve(name),
          "." + name,
          part -> DirectoryTarget.unpack(new ByteArrayInputStream(archive), part, options));
      return "made";
    } catch (IOException | RuntimeException e) {
      String left = Files.exists(directory.resolve("." + name)) ? ", left behind" : "";
      return e.getClass().getSimpleName() + left + List.of(e.getSuppressed());
    }
  }

  private String source() throws IOException {
    Path source = Files.createDirectories(directory.resolve("source"));
    LocalEntry.setMode(Files.createDirectory(source.resolve("closed")), 0);
    LocalEntry.setMode(Files.createFile(source.resolve("file")), 0);
    Files.createFile(source.resolve("fine"));
    try {
      DirectorySource.scan(source, STANDARD);
      return "read";
    } catch (UnsafeEntryException e) {
      return e.getMessage() + " " + DirectorySource.scan(source, STANDARD.skipUnsafe()).skipped();
    }
  }

  @SuppressWarnings("SystemOut")
  private static void tell(String what, Object result) {
    System.out.println(what + ": " + result);
  }
}
