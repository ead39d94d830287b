package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.testkit.fuzz.Pieces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Archives and the other texts about files, as fuzzers feed them. */
public final class FileReaders {
  private static final int LIMIT = 1 << 20;

  private FileReaders() {}

  public static void entries(byte[] input) {
    byte[] signed = signed(input);
    Pieces.tellTheSame(
        signed,
        (source, told) -> {
          TarReader reader = new TarReader(source.inputStream(), LIMIT);
          byte[] content = new byte[100];
          for (TarEntry entry; (entry = reader.next()) != null; ) {
            told.accept(entry);
            long length = 0;
            for (int count; (count = reader.read(content)) >= 0; ) {
              length += count;
            }
            told.accept(length);
          }
        });
  }

  /** Nothing is written beside the target, and no link in it leads out. */
  public static void archive(byte[] input) throws IOException {
    Path directory = Files.createTempDirectory("fuzz");
    Path target = Files.createDirectory(directory.resolve("target"));
    Path beside = Files.writeString(directory.resolve("beside"), "untouched");
    try {
      DirectoryTarget.unpack(
          new ByteArrayInputStream(signed(input)),
          target,
          DirectoryOptions.standard().limitBytes(LIMIT).skipUnsafe().exclude("*.log"));
    } finally {
      try (Stream<Path> all = Files.list(directory)) {
        assertThat(all).containsExactlyInAnyOrder(target, beside);
      }
      assertThat(beside).hasContent("untouched");
      requireInside(target);
      delete(directory);
    }
  }

  private static void requireInside(Path target) throws IOException {
    try (Stream<Path> all = Files.walk(target)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        if (Files.isSymbolicLink(path) && Files.exists(path)) {
          assertThat(path.toRealPath()).startsWith(target.toRealPath());
        }
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  /** With right checksums, without which nothing else would ever be read. */
  private static byte[] signed(byte[] input) {
    byte[] all = input.clone();
    for (int at = 0; at + TarReader.BLOCK <= all.length; at += TarReader.BLOCK) {
      if (new String(all, at + 257, 5, UTF_8).equals("ustar")) {
        Arrays.fill(all, at + 148, at + 156, (byte) ' ');
        long sum = 0;
        for (int i = at; i < at + TarReader.BLOCK; i++) {
          sum += all[i] & 0xff;
        }
        TarNumber.write(sum, all, at + 148, 7);
      }
    }
    return all;
  }

  /** Patterns, and behind an empty line a name. */
  public static void excludes(byte[] input) {
    String[] halves = new String(input, UTF_8).split("\n\n", 2);
    Excludes excludes = Excludes.of(List.of(halves[0].split("\n", -1)));
    excludes.excludes(halves.length > 1 ? halves[1] : "a/b.log/c", false);
  }

  public static void contentRange(byte[] input) throws IOException {
    String header = new String(input, UTF_8);
    ContentRange.sizeOfUnsatisfied(header).ifPresent(size -> assertThat(size).isNotNegative());
    ContentRange range = ContentRange.parse(header);
    assertThat(range.length()).isBetween(1L, range.total());
  }
}
