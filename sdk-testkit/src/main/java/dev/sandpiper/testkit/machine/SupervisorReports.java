package dev.sandpiper.testkit.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The lines that {@code supervise.pl} writes. One thread reads them to the end; others may wait for
 * a terminal's new size to be reported.
 */
final class SupervisorReports {
  private static final String RESIZED = "resized";

  private final BufferedReader lines;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock. In the order in which the sizes were sent.
  private final Queue<CompletableFuture<Void>> resizes = new ArrayDeque<>();
  private boolean over;

  /** Sends a message to the supervisor. */
  public interface Sending {
    void send() throws IOException;
  }

  SupervisorReports(BufferedReader lines) {
    this.lines = lines;
  }

  /** The rest of the next line, which must begin with {@code report}. */
  public String expect(String report) throws IOException, Launch.RefusedException {
    String line = lines.readLine();
    if (line == null) throw new IOException("the supervisor ended before its command began");
    if (line.startsWith("failed ")) {
      throw new Launch.RefusedException(line.substring("failed ".length()));
    }
    if (!line.startsWith(report)) throw new IOException("the supervisor reports: " + line);
    return line.substring(report.length()).trim();
  }

  /** Reads up to the line that reports the exit status. Null if there is no such line. */
  @Nullable String end() throws IOException {
    try {
      String line = lines.readLine();
      while (RESIZED.equals(line)) {
        noteResized();
        line = lines.readLine();
      }
      return line;
    } finally {
      endResizes();
    }
  }

  /** Sends a new size. The future fails if the command ends before the size is reported. */
  public CompletableFuture<Void> resize(Sending size) throws IOException {
    lock.lock();
    try {
      if (over) throw new IOException("the process has ended");
      size.send();
      CompletableFuture<Void> done = new CompletableFuture<>();
      resizes.add(done);
      return done;
    } finally {
      lock.unlock();
    }
  }

  private void noteResized() {
    lock.lock();
    try {
      CompletableFuture<Void> done = resizes.poll();
      if (done != null) done.complete(null);
    } finally {
      lock.unlock();
    }
  }

  private void endResizes() {
    lock.lock();
    try {
      over = true;
      resizes.forEach(done -> done.completeExceptionally(new IOException("the process has ended")));
      resizes.clear();
    } finally {
      lock.unlock();
    }
  }
}
