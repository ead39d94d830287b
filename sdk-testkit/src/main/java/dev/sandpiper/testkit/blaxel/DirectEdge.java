package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.util.Set;

/**
 * The server of one sandbox on a port of its own, for clients that know no gateway: no prefix in
 * front of its paths, and no token is asked for.
 */
final class DirectEdge implements Endpoint {
  /** The sandbox whose server it is. */
  static final String SANDBOX_NAME = "debug-sandbox";

  private final Sandboxes sandboxes;

  DirectEdge(Sandboxes sandboxes) {
    this.sandboxes = sandboxes;
  }

  /** What the sandbox is created from: the first of the images, or the standard one. */
  static Definition definition(Set<String> images) {
    Definition definition = Definition.standard(images.stream().sorted().findFirst().orElse(null));
    return definition.named(SANDBOX_NAME);
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    SandboxRecord record = sandboxes.find(SANDBOX_NAME);
    if (record == null || record.status() != SandboxRecord.Status.DEPLOYED) {
      exchange.text(502, "the sandbox " + SANDBOX_NAME + " has been deleted");
    } else {
      record.machine().handle(exchange, exchange.path(), "");
    }
    exchange.drain();
  }
}
