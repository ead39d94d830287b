package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.Threads;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into named pipes. Opening one waits for its reader, for which Java knows no end; so a
 * process does it that can be killed. As with the real server the write goes on when its client has
 * gone, until there is a reader, or until the sandbox ends.
 */
final class PipeWriters implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PipeWriters.class);
  private static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final long LOOK_MILLIS = 50;
  private static final int BROKEN_PIPE = 128 + 13;

  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<Writer> writers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

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
    Writer writer = new Writer(pipe, bytes);
    writers.add(writer);
    writer.feeder.start();
    if (closed) writer.process.destroyForcibly();
    try {
      while (!writer.process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (exchange.isClientGone()) throw new IOException("the client has gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server is stopping", e);
    }
    if (closed) throw new IOException("the sandbox is gone");
    int exit = writer.process.exitValue();
    if (exit == BROKEN_PIPE) throw new FileRefusal(422, complaint + ": broken pipe");
    if (exit != 0) throw new FileRefusal(422, complaint + ": input/output error");
  }

  /** One write. Its feeder ends with its process. */
  private final class Writer {
    private final Process process;
    private final Thread feeder;
    private final byte[] bytes;

    Writer(Path pipe, byte[] bytes) throws IOException {
      this.bytes = bytes;
      ProcessBuilder builder =
          new ProcessBuilder(List.of("sh", "-c", "exec cat >\"$1\"", "sh", ExactPath.text(pipe)));
      builder.environment().keySet().retainAll(List.of("PATH"));
      builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      process = builder.start();
      feeder = new Thread(this::feed, Threads.PREFIX + "pipe-" + numbers.incrementAndGet());
      feeder.setDaemon(true);
    }

    private void feed() {
      try (OutputStream out = process.getOutputStream()) {
        out.write(bytes);
      } catch (IOException e) {
        log.debug("the reader of a pipe has gone: {}", e.toString()); // its process tells
      }
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        writers.remove(this);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Writer writer : writers) {
      writer.process.destroyForcibly();
      try {
        writer.feeder.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
