package dev.sandpiper.testkit.blaxel;

import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.Threads;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes into pipes by a process for each write, where there is no perl. */
final class SpawnedPipes implements PipeWriters.Writer {
  private static final Logger log = LoggerFactory.getLogger(SpawnedPipes.class);
  private static final int BROKEN_PIPE = 128 + 13;

  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<Write> writes = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  @Override
  public CompletableFuture<String> begin(Path pipe, byte[] bytes) throws IOException {
    Write write = new Write(pipe, bytes);
    writes.add(write);
    write.feeder.start();
    if (closed) write.process.destroyForcibly();
    return write.result;
  }

  /** One write. Its feeder ends with its process. */
  private final class Write {
    private final Process process;
    private final Thread feeder;
    private final byte[] bytes;
    private final CompletableFuture<String> result = new CompletableFuture<>();

    Write(Path pipe, byte[] bytes) throws IOException {
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
        int exit = process.waitFor();
        if (closed) {
          result.completeExceptionally(new IOException("the sandbox is gone"));
        } else {
          result.complete(
              exit == 0 ? "" : exit == BROKEN_PIPE ? "broken pipe" : "input/output error");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        result.completeExceptionally(e);
      } finally {
        writes.remove(this);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Write write : writes) {
      write.process.destroyForcibly();
      try {
        write.feeder.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
