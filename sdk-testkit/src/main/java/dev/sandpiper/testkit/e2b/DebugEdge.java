package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;

/**
 * The daemon of the one sandbox that clients in debug mode know, on the port where they look for
 * it. No header names it, and no token is asked for.
 */
final class DebugEdge implements Endpoint {
  /** What clients in debug mode take for their sandbox's id. */
  static final String SANDBOX_ID = "debug_sandbox_id";

  private final Edge edge;

  DebugEdge(Edge edge) {
    this.edge = edge;
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    edge.routeInside(exchange, SANDBOX_ID);
    exchange.drain();
  }
}
