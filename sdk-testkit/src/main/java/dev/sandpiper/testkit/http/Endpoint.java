package dev.sandpiper.testkit.http;

import java.io.IOException;

/** Handles requests, on the calling thread. */
public interface Endpoint {
  /**
   * Sends a complete response, or throws: after a failed or aborted read or write, the connection
   * is closed.
   */
  void handle(Exchange exchange) throws IOException;
}
