package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * What the real server's opening of a named pipe does: it waits for a writer, and with it the
 * request. A shell opens the pipe, because nobody can free a Java thread that does.
 */
final class PipeReading {
  private static final long LOOK_MILLIS = 50;

  private PipeReading() {}

  /**
   * Blocks until something has the pipe open for writing.
   *
   * @throws IOException if the client goes first
   */
  static void awaitWriter(Exchange exchange, Path pipe) throws IOException {
    exchange.drain(); // whether the client is there can be asked once its body has been read
    Process shell =
        new ProcessBuilder("/bin/sh", "-c", ": < \"$1\"", "sh", ExactPath.text(pipe))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      while (!shell.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (exchange.isClientGone()) throw new IOException("the client has gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server is stopping", e);
    } finally {
      shell.destroyForcibly();
    }
  }
}
