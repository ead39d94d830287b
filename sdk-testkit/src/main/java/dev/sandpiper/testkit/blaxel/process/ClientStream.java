package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.blaxel.process.Tailer.Channel;
import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stream of a process's output to one client, to which several threads write. Each call blocks at
 * the client's pace; none fails, because a client that has gone ends only its own stream.
 */
abstract class ClientStream {
  private static final Logger log = LoggerFactory.getLogger(ClientStream.class);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Exchange exchange;
  private final Limits limits;
  private final OutputStream out;
  private final CountDownLatch over = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();

  // Of the request's own thread.
  private long nextStray;

  // Guarded by the lock.
  private boolean gone;

  ClientStream(Exchange exchange, Limits limits, String contentType) {
    this.exchange = exchange;
    this.limits = limits;
    exchange.set("Cache-Control", "no-cache");
    exchange.set("Content-Type", contentType);
    exchange.set("X-Accel-Buffering", "no");
    exchange.allowIntrusions(false);
    out = exchange.stream(200);
    nextStray = System.nanoTime() + limits.textKeepAlive().toNanos();
  }

  /** A line from before, without its newline, whether or not the process has written one. */
  abstract void line(Channel channel, byte[] line);

  /** A piece of output, whose borders fall anywhere. */
  abstract void output(Channel channel, byte[] piece);

  /** What the server says itself. */
  abstract void message(String text);

  /** Sends the head. */
  void begin() throws IOException {
    out.flush();
  }

  /** Writes a keep-alive in the intended way; does nothing if the stream has none. */
  abstract void keepAlive();

  /** The stray keep-alive, written where it does not belong; empty if there is none. */
  abstract byte[] strayKeepAlive();

  void write(String text) {
    write(text.getBytes(UTF_8));
  }

  void write(byte[] bytes) {
    if (bytes.length == 0) return;
    lock.lock();
    try {
      if (gone) return;
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      log.debug("a client has left its stream: {}", e.toString());
      gone = true;
      over.countDown();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the stream. Does not block. */
  void end() {
    over.countDown();
  }

  /** Waits for the end. False if the client has disconnected before. */
  boolean follow() throws IOException, InterruptedException {
    long nextKeepAlive = System.nanoTime() + limits.streamKeepAlive().toNanos();
    while (!over.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      if (hasClientLeft()) return false;
      long now = System.nanoTime();
      if (now - nextKeepAlive >= 0) {
        keepAlive();
        nextKeepAlive += limits.streamKeepAlive().toNanos();
      }
      if (now - nextStray >= 0) {
        write(strayKeepAlive());
        nextStray += limits.textKeepAlive().toNanos();
      }
    }
    return !isGone();
  }

  /** The time until the next stray keep-alive. */
  Duration untilNextStray() {
    return Duration.ofNanos(nextStray - System.nanoTime());
  }

  /** Not checked during a write, which will notice it. */
  private boolean hasClientLeft() throws IOException {
    if (!lock.tryLock()) return false;
    try {
      gone |= exchange.isClientGone();
      return gone;
    } finally {
      lock.unlock();
    }
  }

  private boolean isGone() {
    lock.lock();
    try {
      return gone;
    } finally {
      lock.unlock();
    }
  }
}
