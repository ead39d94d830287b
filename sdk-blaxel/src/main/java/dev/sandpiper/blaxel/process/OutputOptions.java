package dev.sandpiper.blaxel.process;

/**
 * Where the output of commands is stored in a sandbox.
 *
 * @param directory absolute, without characters that are special to a shell
 * @param streamedOnly whether nothing is stored, and every command uses the platform's stream
 */
public record OutputOptions(String directory, boolean streamedOnly) {
  public static final OutputOptions STANDARD = new OutputOptions("/tmp/.sandpiper", false);

  public OutputOptions {
    if (!isPlain(directory)) {
      throw new IllegalArgumentException(
          "the output directory must be absolute and consist of A-Z a-z 0-9 . _ -: '"
              + directory
              + "'");
    }
  }

  /** True if the path may be an output directory. */
  static boolean isPlain(String path) {
    return path.length() <= 200 && path.matches("(/(?!\\.\\.?(/|$))[A-Za-z0-9._-]+){1,32}");
  }
}
