package dev.sandpiper.wire;

import java.io.IOException;

/**
 * The bytes violate the format, or a length exceeds its limit. Not thrown for a lost connection.
 */
public class MalformedStreamException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedStreamException(String message) {
    super(message);
  }

  public MalformedStreamException(String message, Throwable cause) {
    super(message, cause);
  }
}
