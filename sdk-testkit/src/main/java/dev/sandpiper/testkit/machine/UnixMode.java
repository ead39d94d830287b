package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.FilesystemProto.FileType;

/** The kernel's number for a file's type and permissions, and Go's text for it. */
public final class UnixMode {
  private static final int TYPE = 0170000;
  private static final int SOCKET = 0140000;
  private static final int LINK = 0120000;
  private static final int FILE = 0100000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int DIRECTORY = 0040000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int PIPE = 0010000;
  private static final int SET_UID = 04000;
  private static final int SET_GID = 02000;
  private static final int STICKY = 01000;

  private UnixMode() {}

  public static boolean isLink(int mode) {
    return (mode & TYPE) == LINK;
  }

  /** The type; pipes, sockets and devices have no type of their own. */
  public static FileType type(int mode) {
    return switch (mode & TYPE) {
      case FILE -> FileType.FILE_TYPE_FILE;
      case DIRECTORY -> FileType.FILE_TYPE_DIRECTORY;
      default -> FileType.FILE_TYPE_UNSPECIFIED;
    };
  }

  /** Go's number for it: the same permission bits, everything else in bits of its own. */
  public static long goFileMode(int mode) {
    long bits = mode & 0777;
    bits |=
        switch (mode & TYPE) {
          case DIRECTORY -> 1L << 31;
          case LINK -> 1L << 27;
          case BLOCK_DEVICE -> 1L << 26;
          case CHARACTER_DEVICE -> 1L << 26 | 1L << 21;
          case PIPE -> 1L << 25;
          case SOCKET -> 1L << 24;
          default -> 0;
        };
    if ((mode & SET_UID) != 0) bits |= 1L << 23;
    if ((mode & SET_GID) != 0) bits |= 1L << 22;
    if ((mode & STICKY) != 0) bits |= 1L << 20;
    return bits;
  }

  public static boolean isDirectory(int mode) {
    return (mode & TYPE) == DIRECTORY;
  }

  public static boolean isPipe(int mode) {
    return (mode & TYPE) == PIPE;
  }

  public static boolean isCharacterDevice(int mode) {
    return (mode & TYPE) == CHARACTER_DEVICE;
  }

  /** For example {@code drwxr-xr-x}, with more letters in front for special files. */
  public static String permissions(int mode) {
    StringBuilder text = new StringBuilder();
    switch (mode & TYPE) {
      case DIRECTORY -> text.append('d');
      case LINK -> text.append('L');
      case BLOCK_DEVICE, CHARACTER_DEVICE -> text.append('D');
      case PIPE -> text.append('p');
      case SOCKET -> text.append('S');
      default -> {}
    }
    if ((mode & SET_UID) != 0) text.append('u');
    if ((mode & SET_GID) != 0) text.append('g');
    if ((mode & TYPE) == CHARACTER_DEVICE) text.append('c');
    if ((mode & STICKY) != 0) text.append('t');
    if (text.isEmpty()) text.append('-');
    for (int bit = 0; bit < 9; bit++) {
      text.append((mode & (0400 >> bit)) != 0 ? "rwxrwxrwx".charAt(bit) : '-');
    }
    return text.toString();
  }
}
