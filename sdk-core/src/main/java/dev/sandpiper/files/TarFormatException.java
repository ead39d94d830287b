package dev.sandpiper.files;

import java.io.IOException;

/** Bytes that are no archive, or one that asks for what must not be done. */
public final class TarFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  TarFormatException(String message) {
    super(message);
  }
}
