package dev.sandpiper;

import org.jspecify.annotations.Nullable;

/**
 * No connection could be made: the host is unknown or refuses connections, or TLS failed. Nothing
 * was sent, so {@link #retryable()} is true.
 */
public class ConnectFailedException extends ConnectionLostException {
  private static final long serialVersionUID = 1L;

  public ConnectFailedException(Failure failure, @Nullable Throwable cause) {
    super(failure, null, cause);
  }
}
