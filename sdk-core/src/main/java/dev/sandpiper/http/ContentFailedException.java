package dev.sandpiper.http;

import java.io.IOException;

/** The caller's content could not be read, as opposed to a failure of the connection. */
final class ContentFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  ContentFailedException(IOException cause) {
    super(cause);
  }
}
