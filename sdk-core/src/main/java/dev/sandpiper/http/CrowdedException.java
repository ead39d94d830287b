package dev.sandpiper.http;

import java.io.IOException;

/**
 * A call acquired a connection that another call has just opened and still has to itself. Nothing
 * was sent; the call tries again when the connection is {@link #usable}.
 */
final class CrowdedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient SignalOnce usable;

  CrowdedException(SignalOnce usable) {
    super("another call has just opened this connection");
    this.usable = usable;
  }

  /** Comes when other calls may use the connection. */
  SignalOnce usable() {
    return usable;
  }
}
