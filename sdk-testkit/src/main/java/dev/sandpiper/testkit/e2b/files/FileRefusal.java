package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;

/** A file transfer that is refused, with the status and the message of the answer. */
public final class FileRefusal extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int status;

  public FileRefusal(int status, String message) {
    super(message);
    this.status = status;
  }

  public void answer(Exchange exchange) throws IOException {
    exchange.failure(status, String.valueOf(getMessage()));
  }
}
