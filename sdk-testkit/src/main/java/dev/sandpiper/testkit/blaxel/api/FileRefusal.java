package dev.sandpiper.testkit.blaxel.api;

import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;

/** A request about files that sandbox-api refuses, with the status and the text of the answer. */
public final class FileRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  public FileRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  public void answer(Exchange exchange) throws IOException {
    Answers.error(exchange, status, String.valueOf(getMessage()));
  }
}
