package dev.sandpiper.files;

import java.io.IOException;

/** The bytes are not a valid tar archive, or the archive has an entry that must not be unpacked. */
public final class TarFormatException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 200;

  TarFormatException(String message) {
    super(message);
  }

  /**
   * @param name truncated in the message, because it comes from the archive
   */
  TarFormatException(String message, String name) {
    super(message + ": " + cut(name));
  }

  static String cut(String name) {
    return name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
  }
}
