package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes into named pipes, for one sandbox. Opening one waits for its reader, for which Java knows
 * no end; so other processes do it. As with the real server the write goes on when its client has
 * gone, until there is a reader, or until the sandbox ends.
 */
final class PipeWriters implements AutoCloseable {
  /** What can write into pipes without making anybody wait. */
  interface Writer extends AutoCloseable {
    /**
     * Begins a write. The result is empty once all of it is in the pipe, else the reason why not.
     */
    CompletableFuture<String> begin(Path pipe, byte[] bytes) throws IOException;

    /** Gives all writes up; they fail. */
    @Override
    void close();
  }

  private static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final long LOOK_MILLIS = 50;

  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable Writer writer;
  private boolean closed;

  /**
   * Blocks until all is in the pipe.
   *
   * @param complaint how a refusal begins
   * @throws FileRefusal if the reader goes before it has read everything
   * @throws IOException if the client goes, or the sandbox
   */
  void write(Exchange exchange, Path pipe, InputStream content, String complaint)
      throws IOException {
    byte[] bytes = content.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new FileRefusal(
          422, complaint + ": more than " + MOST_BYTES + " bytes at a time into a pipe");
    }
    String reason = await(exchange, writer().begin(pipe, bytes));
    if (!reason.isEmpty()) throw new FileRefusal(422, complaint + ": " + reason);
  }

  private static String await(Exchange exchange, CompletableFuture<String> result)
      throws IOException {
    while (true) {
      try {
        return result.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        if (exchange.isClientGone()) throw new IOException("the client has gone", e);
      } catch (ExecutionException e) {
        throw new IOException("the sandbox is gone", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("the server is stopping", e);
      }
    }
  }

  /** Started when the first pipe is written to. */
  private Writer writer() throws IOException {
    lock.lock();
    try {
      if (closed) throw new IOException("the sandbox is gone");
      if (writer == null) writer = PerlPipes.IS_THERE ? PerlPipes.start() : new SpawnedPipes();
      return writer;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Writer ending;
    lock.lock();
    try {
      closed = true;
      ending = writer;
    } finally {
      lock.unlock();
    }
    if (ending != null) ending.close();
  }
}
