package dev.sandpiper.testkit.e2b;

import com.google.protobuf.ByteString;
import dev.sandpiper.e2b.proto.ProcessProto.StartResponse;
import dev.sandpiper.testkit.e2b.connect.Codec;
import dev.sandpiper.testkit.e2b.connect.EnvelopeReader;
import dev.sandpiper.testkit.recorded.Recording;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
    write(tree.resolve("setuid"), "", "rwxr-xr-x");
    Files.setAttribute(tree.resolve("setuid"), "unix:mode", 04755);
    Files.setAttribute(Files.createDirectory(tree.resolve("setgid")), "unix:mode", 02775);
    makePipe(tree.resolve("pipe"));
    write(tree.resolve("dir/b.txt"), "b", "rw-r--r--");
    write(Files.createDirectories(tree.resolve("dir/sub")).resolve("c.txt"), "c", "rw-r--r--");
    write(Files.createDirectories(tree.resolve("dir/sub/deep")).resolve("d.txt"), "d", "rw-r--r--");
    Files.createDirectories(tree.resolve("void"));
  }

  /** What is made, moved and removed. */
  static void makeChanges(Path demo) throws IOException {
    write(Files.createDirectories(demo.resolve("mkdir")).resolve("file"), "", "rw-r--r--");
    Path move = Files.createDirectories(demo.resolve("move"));
    for (String name : new String[] {"a", "b", "c", "d", "over"}) {
      write(move.resolve(name), name.substring(0, 1), "rw-r--r--");
    }
    Files.createDirectories(move.resolve("dir"));
    Files.createDirectories(move.resolve("empty"));
    write(Files.createDirectories(move.resolve("full")).resolve("x"), "x", "rw-r--r--");
    Path remove = Files.createDirectories(demo.resolve("remove"));
    write(remove.resolve("file"), "", "rw-r--r--");
    write(remove.resolve("target"), "", "rw-r--r--");
    write(Files.createDirectories(remove.resolve("dir/sub")).resolve("x"), "x", "rw-r--r--");
    Files.createSymbolicLink(remove.resolve("link"), Path.of("target"));
    Files.createSymbolicLink(demo.resolve("errors/a"), Path.of("a"));
    Files.createDirectories(demo.resolve("names"));
    Files.createDirectories(demo.resolve("keepalive"));
  }

  /** What is watched. */
  static void makeWatched(Path watch) throws IOException {
    Files.createDirectories(watch.resolve("sub"));
    Files.createDirectories(watch.resolve("gone"));
    write(watch.resolve("file"), "", "rw-r--r--");
  }

  /** What is joined. */
  static void makeParts(Path compose) throws IOException {
    Files.createDirectories(compose);
    write(compose.resolve("part1"), "111", "rw-r--r--");
    write(compose.resolve("part2"), "222", "rw-r--r--");
    write(compose.resolve("part3"), "333", "rw-r--r--");
    write(compose.resolve("old"), "old content", "rwxr-xr-x");
  }

  private static void makePipe(Path pipe) throws IOException {
    Process mkfifo = new ProcessBuilder("mkfifo", "-m", "644", pipe.toString()).start();
    if (mkfifo.onExit().join().exitValue() != 0) throw new IOException("mkfifo failed");
  }

  static void makeFiles(Path files) throws IOException {
    write(files.resolve("a.txt"), "hello world\n", "rw-r--r--");
    write(files.resolve("empty.txt"), "", "rw-r--r--");
    write(files.resolve("page.html"), "<p>hi</p>", "rw-r--r--");
    write(files.resolve("data.json"), "{}", "rw-r--r--");
    write(files.resolve("noextension"), "plain words", "rw-r--r--");
    write(files.resolve("closed"), "secret", "rw-------");
    write(files.resolve("grüß \"€\".txt"), "unicode name", "rw-r--r--");
    Files.write(files.resolve("noise.bin"), noise());
    Files.createSymbolicLink(files.resolve("link"), Path.of("a.txt"));
    Files.createSymbolicLink(files.resolve("broken"), Path.of("nowhere"));
  }

  static void makeUploads(String recording, Path up) throws IOException {
    Files.createDirectories(up);
    switch (recording) {
      case "upload-octets" -> write(up.resolve("old.sh"), "#!/bin/sh\necho 1", "rwxr-xr-x");
      case "upload-errors" -> write(up.resolve("file"), "x", "rw-r--r--");
      default -> {} // begins empty
    }
  }

  /** The same bytes that were recorded on their way out. */
  private static byte[] noise() throws IOException {
    return Recording.load("e2b", "download").turns().get(1).chunks().stream()
        .map(Recording.Chunk::bytes)
        .reduce(ByteString.EMPTY, ByteString::concat)
        .toByteArray();
  }

  /** The same bytes that a recorded command wrote. */
  static void makeLarge(Path large) throws IOException {
    Files.createDirectories(large);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Recording.Chunk chunk :
        Recording.load("e2b", "large-output-proto").turns().get(0).chunks()) {
      bytes.writeBytes(chunk.bytes().toByteArray());
    }
    EnvelopeReader events =
        new EnvelopeReader(new ByteArrayInputStream(bytes.toByteArray()), Codec.PROTO, false);
    try (OutputStream out = Files.newOutputStream(large.resolve("noise.bin"))) {
      StartResponse event = events.next(StartResponse.getDefaultInstance());
      while (event != null) {
        event.getEvent().getData().getStdout().writeTo(out);
        event = events.next(StartResponse.getDefaultInstance());
      }
    }
  }

  private static void write(Path file, String text, String permissions) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    Files.setLastModifiedTime(file, TIME);
  }
}
