package dev.sandpiper.files;

import java.io.IOException;

/** Bytes that are no archive, or one that asks for what must not be done. */
public final class TarFormatException extends IOException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 200;

  TarFormatException(String message) {
    super(message);
  }

  /**
   * @param name which is cut, because it comes from the archive
   */
  TarFormatException(String message, String name) {
    super(message + ": " + cut(name));
  }

  static String cut(String name) {
    return name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
  }
}
