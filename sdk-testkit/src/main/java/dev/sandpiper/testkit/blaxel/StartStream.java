package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;

/** The answer to a start that is answered as a stream. */
abstract class StartStream extends ClientStream {
  StartStream(Exchange exchange, Limits limits, String contentType) {
    super(exchange, limits, contentType);
  }

  /** The last event of a start that failed after the head was sent. */
  abstract void failure(String text);

  /** The last event of one that did not. */
  abstract void result(ObjectNode process);
}
