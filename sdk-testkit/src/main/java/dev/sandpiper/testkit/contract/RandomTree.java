package dev.sandpiper.testkit.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

/** Trees of odd names, modes and sizes, the same for the same random numbers. */
final class RandomTree {
  private static final String[] PIECES = {
    "a",
    "B",
    " ",
    "-",
    ".",
    "..",
    "'",
    "\"",
    "\n",
    "\t",
    "%41",
    "*",
    "$x",
    "\\",
    "~",
    "\u00e9",
    "\u6f22",
    "\ud83d\ude00",
    "e\u0301",
    "\u202e",
    "x".repeat(60),
    "0",
    "@LongLink",
    "="
  };

  private RandomTree() {}

  static void grow(Path directory, Random random) throws IOException {
    grow(directory, random, 4);
  }

  private static void grow(Path directory, Random random, int depth) throws IOException {
    int count = random.nextInt(8);
    for (int i = 0; i < count; i++) {
      Path path = directory.resolve(name(random));
      if (Files.exists(path, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> Files.createSymbolicLink(path, Path.of(name(random)));
        case 1, 2 -> makeFile(path, random);
        default -> {
          Files.createDirectory(path);
          if (depth > 0) {
            grow(path, random, depth - 1);
          }
          Files.setPosixFilePermissions(path, mode(random, 0700));
        }
      }
    }
  }

  private static void makeFile(Path path, Random random) throws IOException {
    byte[] bytes =
        new byte[random.nextInt(5) == 0 ? random.nextInt(300_000) : random.nextInt(1100)];
    random.nextBytes(bytes);
    Files.write(path, bytes);
    Files.setPosixFilePermissions(path, mode(random, 0600));
  }

  private static Set<PosixFilePermission> mode(Random random, int least) {
    int mode = random.nextInt(01000) | least;
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    int bit = 0400;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((mode & bit) != 0) {
        permissions.add(permission);
      }
      bit >>= 1;
    }
    return permissions;
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder("n");
    for (int i = random.nextInt(6); i >= 0; i--) {
      name.append(PIECES[random.nextInt(PIECES.length)]);
    }
    if (random.nextBoolean()) {
      name.deleteCharAt(0);
    }
    String text = name.toString();
    return text.equals(".") || text.equals("..") || text.isEmpty() ? "dots" : text;
  }
}
