package dev.sandpiper.files;

import java.io.IOException;

/** A directory holds what cannot be copied, and nothing may be left out. */
public final class UnsafeEntryException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsafeEntryException(String message) {
    super(message);
  }
}
