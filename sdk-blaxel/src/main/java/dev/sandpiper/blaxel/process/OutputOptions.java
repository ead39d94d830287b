package dev.sandpiper.blaxel.process;

/**
 * Where the output of commands lies inside a sandbox.
 *
 * @param directory absolute, and without what means something to a shell
 * @param streamedOnly whether nothing is written, and every command goes by the platform's stream
 */
public record OutputOptions(String directory, boolean streamedOnly) {
  public static final OutputOptions STANDARD = new OutputOptions("/tmp/.sandpiper", false);

  public OutputOptions {
    if (!isPlain(directory)) {
      throw new IllegalArgumentException(
          "a directory for output is absolute and made of A-Z a-z 0-9 . _ -, not '"
              + directory
              + "'");
    }
  }

  /** True of a path that may be a directory for output. */
  static boolean isPlain(String path) {
    return path.length() <= 200 && path.matches("(/(?!\\.\\.?(/|$))[A-Za-z0-9._-]+){1,32}");
  }
}
