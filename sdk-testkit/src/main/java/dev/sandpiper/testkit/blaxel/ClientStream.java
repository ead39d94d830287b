package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.http.Exchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A stream to one client, to which several threads write. */
abstract class ClientStream implements OutputStreaming {
  private static final Logger log = LoggerFactory.getLogger(ClientStream.class);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Exchange exchange;
  private final Limits limits;
  private final OutputStream out;
  private final CountDownLatch over = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private boolean gone;

  ClientStream(Exchange exchange, Limits limits, String contentType) {
    this.exchange = exchange;
    this.limits = limits;
    exchange.set("Cache-Control", "no-cache");
    exchange.set("Content-Type", contentType);
    exchange.set("X-Accel-Buffering", "no");
    out = exchange.stream(200);
  }

  /** Sends the head. */
  void begin() throws IOException {
    out.flush();
  }

  /** Says that the process lives, as it is meant to be said; nothing where that is never said. */
  abstract void keepAlive();

  /** Says so once more, where it does not belong. */
  abstract void strayKeepAlive();

  void write(String text) {
    write(text.getBytes(UTF_8));
  }

  void write(byte[] bytes) {
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

  @Override
  public void end() {
    over.countDown();
  }

  /** Waits for the end. False if the client has gone before. */
  boolean follow() throws IOException, InterruptedException {
    long nextKeepAlive = System.nanoTime() + limits.streamKeepAlive().toNanos();
    long nextStray = System.nanoTime() + limits.textKeepAlive().toNanos();
    while (!over.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
      if (hasClientLeft()) return false;
      long now = System.nanoTime();
      if (now - nextKeepAlive >= 0) {
        keepAlive();
        nextKeepAlive += limits.streamKeepAlive().toNanos();
      }
      if (now - nextStray >= 0) {
        strayKeepAlive();
        nextStray += limits.textKeepAlive().toNanos();
      }
    }
    return !isGone();
  }

  /** Not asked while somebody writes, who will find out. */
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
