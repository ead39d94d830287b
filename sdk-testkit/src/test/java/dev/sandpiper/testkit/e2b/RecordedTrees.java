package dev.sandpiper.testkit.e2b;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** The files that the recorded conversations were about. */
final class RecordedTrees {
  private static final FileTime TIME = FileTime.from(Instant.parse("2023-11-14T22:13:20Z"));

  private RecordedTrees() {}

  static void makeTree(Path tree) throws IOException {
    Files.createDirectories(tree.resolve("dir"));
    write(tree.resolve("a.txt"), "hello world", "rw-r--r--");
    write(tree.resolve("run.sh"), "#!/bin/sh\n", "rwxr-xr-x");
    write(tree.resolve("empty"), "", "rw-------");
    write(tree.resolve("grüß €.txt"), "unicode", "rw-r--r--");
    Files.setPosixFilePermissions(
        tree.resolve("dir"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(tree.resolve("link-to-file"), Path.of("a.txt"));
    Files.createSymbolicLink(tree.resolve("link-to-dir"), Path.of("dir"));
    Files.createSymbolicLink(tree.resolve("link-broken"), Path.of("nowhere"));
    Files.createSymbolicLink(tree.resolve("loop"), Path.of("loop"));
  }

  static void makeFiles(Path files) throws IOException {
    write(files.resolve("a.txt"), "hello world\n", "rw-r--r--");
    write(files.resolve("empty.txt"), "", "rw-r--r--");
    write(files.resolve("page.html"), "<p>hi</p>", "rw-r--r--");
    write(files.resolve("data.json"), "{}", "rw-r--r--");
    write(files.resolve("noextension"), "plain words", "rw-r--r--");
    write(files.resolve("closed"), "secret", "rw-------");
    Files.createSymbolicLink(files.resolve("link"), Path.of("a.txt"));
    Files.createSymbolicLink(files.resolve("broken"), Path.of("nowhere"));
  }

  static void makeUploads(Path up) throws IOException {
    Files.createDirectories(up);
    write(up.resolve("old.sh"), "#!/bin/sh\necho 1", "rwxr-xr-x");
    write(up.resolve("file"), "x", "rw-r--r--");
  }

  private static void write(Path file, String text, String permissions) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    Files.setLastModifiedTime(file, TIME);
  }
}
