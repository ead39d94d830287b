package dev.sandpiper.files;

import java.io.IOException;

/** A directory has an entry that cannot be copied, and the options do not allow skipping it. */
public final class UnsafeEntryException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsafeEntryException(String message) {
    super(message);
  }
}
