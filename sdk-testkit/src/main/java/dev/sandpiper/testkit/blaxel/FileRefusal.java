package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;

/** A request that sandbox-api refuses, with the status and the text of the answer. */
final class FileRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  FileRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }

  void answer(Exchange exchange) throws IOException {
    FileJson.answer(
        exchange,
        status,
        Exchange.json.createObjectNode().put("error", String.valueOf(getMessage())));
  }
}
