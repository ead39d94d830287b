package dev.sandpiper.testkit.http;

import java.io.IOException;

/** Something that answers requests, on the thread that calls it. */
public interface Endpoint {
  /**
   * Answers completely, or throws: after a failed read or write, or one that was aborted, the
   * connection is broken.
   */
  void handle(Exchange exchange) throws IOException;
}
