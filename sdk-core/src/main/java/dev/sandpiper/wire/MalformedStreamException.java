package dev.sandpiper.wire;

import java.io.IOException;

/** Bytes that the format does not allow, or a length above its bound. Not a broken connection. */
public class MalformedStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedStreamException(String message) {
    super(message);
  }

  public MalformedStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
