package dev.sandpiper.http;

import java.io.IOException;

/** What was to be sent could not be read: the caller's failure, not the connection's. */
final class ContentFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  ContentFailedException(IOException cause) {
    super(cause);
  }
}
