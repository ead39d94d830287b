package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The named pipes of one sandbox. Opening one waits for its other end, and a Java thread that waits
 * there cannot be interrupted; so a shell opens it, one for each request. As on the real server, a
 * write continues after its client has disconnected, until the pipe has a reader or the sandbox
 * ends. Thread-safe.
 */
final class Pipes implements AutoCloseable {
  private static final int MOST_BYTES = 8 * 1024 * 1024;
  private static final long LOOK_MILLIS = 50;
  private static final int BROKEN_PIPE = 128 + 13;

  private final Set<Process> writes = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * Blocks until all of the content is in the pipe.
   *
   * @param complaint how an error message begins
   * @throws Refusal if the reader closes the pipe before it has read everything
   * @throws IOException if the client disconnects, or the sandbox ends
   */
  void write(Exchange exchange, Path pipe, InputStream content, String complaint)
      throws IOException {
    byte[] bytes = content.readNBytes(MOST_BYTES + 1);
    if (bytes.length > MOST_BYTES) {
      throw new Refusal(
          422, complaint + ": more than " + MOST_BYTES + " bytes at a time into a pipe");
    }
    Process writer = startWriter(pipe, bytes);
    awaitEnd(exchange, writer);
    if (closed) throw new IOException("the sandbox is gone");
    int exit = writer.exitValue();
    if (exit == 0) return;
    String reason = exit == BROKEN_PIPE ? "broken pipe" : "input/output error";
    throw new Refusal(422, complaint + ": " + reason);
  }

  /** The writer reads the bytes from a file, so that no thread has to feed it. */
  private Process startWriter(Path pipe, byte[] bytes) throws IOException {
    Path content = Files.createTempFile("sandpiper-pipe-", "");
    try {
      Files.write(content, bytes);
      Process writer = shell("exec cat >\"$1\"", pipe, content);
      writes.add(writer);
      var unused = writer.onExit().thenRun(() -> writes.remove(writer));
      if (closed) writer.destroyForcibly();
      return writer;
    } finally {
      Files.delete(content); // the writer has it open
    }
  }

  /**
   * Blocks until a process has the pipe open for writing.
   *
   * @throws IOException if the client disconnects first
   */
  static void awaitWriter(Exchange exchange, Path pipe) throws IOException {
    exchange.drain(); // a disconnect can be detected once the body has been read
    Process reader = shell(": <\"$1\"", pipe, null);
    try {
      awaitEnd(exchange, reader);
    } finally {
      reader.destroyForcibly();
    }
  }

  private static Process shell(String script, Path pipe, @Nullable Path input) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", script, "sh", ExactPath.text(pipe))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    if (input != null) builder.redirectInput(input.toFile());
    builder.environment().keySet().retainAll(Set.of("PATH"));
    return builder.start();
  }

  private static void awaitEnd(Exchange exchange, Process shell) throws IOException {
    try {
      while (!shell.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        if (exchange.isClientGone()) throw new IOException("the client has gone");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the server is stopping", e);
    }
  }

  /** Ends all writes; they fail. */
  @Override
  public void close() {
    closed = true;
    writes.forEach(Process::destroyForcibly);
  }
}
