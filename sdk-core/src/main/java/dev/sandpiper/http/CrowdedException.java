package dev.sandpiper.http;

import java.io.IOException;

/**
 * A call got a connection that another call has just opened. Nothing was sent; the call looks again
 * once others may use that connection.
 */
final class CrowdedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient SignalOnce usable;

  CrowdedException(SignalOnce usable) {
    super("another call has just opened this connection");
    this.usable = usable;
  }

  /** When others may use the connection. */
  SignalOnce usable() {
    return usable;
  }
}
