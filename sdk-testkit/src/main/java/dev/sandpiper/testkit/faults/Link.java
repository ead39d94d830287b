package dev.sandpiper.testkit.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One client's connection and the corresponding one to the server. Thread-safe. */
final class Link {
  private final Socket client;
  private final Socket server;
  private final Gate gate;
  private final CountDownLatch dropped = new CountDownLatch(1);
  private volatile @Nullable PlannedFault lost; // the fault that made it half-open
  private volatile boolean cut;

  Link(Socket client, Socket server, Gate gate) throws IOException {
    this.client = client;
    this.server = server;
    this.gate = gate;
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
  }

  InputStream fromClient() throws IOException {
    return client.getInputStream();
  }

  OutputStream toClient() throws IOException {
    return client.getOutputStream();
  }

  InputStream fromServer() throws IOException {
    return server.getInputStream();
  }

  OutputStream toServer() throws IOException {
    return server.getOutputStream();
  }

  Socket clientSocket() {
    return client;
  }

  /** From now on no byte passes in either direction. */
  void lose(PlannedFault cause) {
    lost = cause;
  }

  /**
   * Whether received bytes may pass to the other side. Waits while the server is frozen. Counts the
   * bytes lost on a half-open connection.
   */
  boolean letsThrough() throws IOException {
    gate.await();
    PlannedFault cause = lost;
    if (cause != null) cause.injected();
    return cause == null && !cut;
  }

  boolean isDropped() {
    return dropped.getCount() == 0;
  }

  /** Waits this long, or until the connection is dropped. */
  void pause(Duration time) throws IOException {
    try {
      if (dropped.await(time.toNanos(), TimeUnit.NANOSECONDS)) throw new IOException("dropped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /**
   * Ends the connection to the server after the client has disconnected, unless it is half-open.
   */
  void clientEnded() throws IOException {
    if (lost == null) drop();
  }

  /**
   * Ends the connection to the client after the server has disconnected, unless it is half-open.
   */
  void serverEnded() throws IOException {
    if (lost == null && !cut) drop();
  }

  /**
   * Ends the connection on both sides. Bytes from the client are still read: closing a socket with
   * unread bytes sends a RST, which can overtake bytes that were passed before.
   */
  void cut() throws IOException {
    cut = true;
    dropped.countDown();
    server.close();
    client.shutdownOutput();
  }

  void drop() throws IOException {
    dropped.countDown();
    client.close();
    server.close();
  }

  void reset() throws IOException {
    client.setSoLinger(true, 0);
    server.setSoLinger(true, 0);
    drop();
  }
}
