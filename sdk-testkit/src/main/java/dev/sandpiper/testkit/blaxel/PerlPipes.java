package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.Threads;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes into pipes through {@code pipes.pl}, one program for all of a sandbox's. */
final class PerlPipes implements PipeWriters.Writer {
  /** Whether this machine has a perl for it. */
  static final boolean IS_THERE = probe();

  private static final Logger log = LoggerFactory.getLogger(PerlPipes.class);
  private static final int MOST_MESSAGE_BYTES = 64 * 1024;
  private static final long PATIENCE_SECONDS = 10;

  private final Process perl;
  private final Thread reader;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<String>> open = new ConcurrentHashMap<>();
  private final ReentrantLock writing = new ReentrantLock();
  private volatile boolean over;

  private PerlPipes(Process perl) {
    this.perl = perl;
    reader = new Thread(this::read, Threads.PREFIX + "pipes");
    reader.setDaemon(true);
  }

  static PerlPipes start() throws IOException {
    PerlPipes pipes = new PerlPipes(perl());
    pipes.reader.start();
    return pipes;
  }

  private static boolean probe() {
    try {
      Process perl = perl("probe");
      perl.getOutputStream().close();
      return perl.waitFor() == 0;
    } catch (IOException e) {
      return false; // there is none
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Process perl(String... arguments) throws IOException {
    try (InputStream source = PerlPipes.class.getResourceAsStream("pipes.pl")) {
      if (source == null) throw new IOException("pipes.pl is missing from the test kit's jar");
      String script = new String(source.readAllBytes(), UTF_8);
      ProcessBuilder builder = new ProcessBuilder("perl", "-e", script, "--");
      builder.command().addAll(List.of(arguments));
      builder.environment().keySet().retainAll(List.of("PATH"));
      builder.redirectError(ProcessBuilder.Redirect.DISCARD);
      return builder.start();
    }
  }

  @Override
  public CompletableFuture<String> begin(Path pipe, byte[] bytes) throws IOException {
    int number = numbers.incrementAndGet();
    CompletableFuture<String> result = new CompletableFuture<>();
    open.put(number, result);
    if (over) throw new IOException("the sandbox is gone");
    byte[] path = ExactPath.bytes(ExactPath.text(pipe));
    ByteBuffer head =
        ByteBuffer.allocate(13 + path.length)
            .putInt(9 + path.length + bytes.length)
            .putInt(number)
            .put((byte) 'w')
            .putInt(path.length)
            .put(path);
    writing.lock();
    try {
      OutputStream out = perl.getOutputStream();
      out.write(head.array());
      out.write(bytes);
      out.flush();
    } finally {
      writing.unlock();
    }
    return result;
  }

  private void read() {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(perl.getInputStream()))) {
      while (true) {
        int length = in.readInt();
        if (length < 5 || length > MOST_MESSAGE_BYTES) throw new IOException("length " + length);
        CompletableFuture<String> result = open.remove(in.readInt());
        boolean failed = in.readUnsignedByte() == 'f';
        String reason = new String(in.readNBytes(length - 5), UTF_8);
        if (result != null) result.complete(failed ? reason : "");
      }
    } catch (EOFException e) {
      log.debug("perl, which writes into pipes, has ended");
    } catch (IOException e) {
      log.warn("perl, which writes into pipes, is out of reach", e);
    } finally {
      over = true;
      IOException gone = new IOException("perl, which writes into pipes, has ended");
      open.values().forEach(result -> result.completeExceptionally(gone));
    }
  }

  @Override
  public void close() {
    try {
      perl.getOutputStream().close();
      if (!perl.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) perl.destroyForcibly();
      reader.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    } catch (IOException e) {
      perl.destroyForcibly();
    } catch (InterruptedException e) {
      perl.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
