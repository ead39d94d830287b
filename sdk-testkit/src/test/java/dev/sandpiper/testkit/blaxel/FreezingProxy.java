package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy whose connections can be frozen: they stay open and pass nothing any more, as those
 * that a router has forgotten. Connections that come later pass everything. Closing it fails unless
 * something was swallowed: what nobody sent through a frozen connection tested nothing.
 */
final class FreezingProxy implements AutoCloseable {
  private final ServerSocket server;
  private final URI target;
  private final Queue<Passage> passages = new ConcurrentLinkedQueue<>();
  private final AtomicInteger swallowed = new AtomicInteger();

  FreezingProxy(String target) throws IOException {
    this.target = URI.create(target);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** Freezes what is open now. Returns how many connections that are. */
  int freeze() {
    passages.forEach(passage -> passage.frozen = true);
    return passages.size();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Passage passage =
            new Passage(server.accept(), new Socket(target.getHost(), target.getPort()));
        passages.add(passage);
        daemon(() -> passage.pass(passage.client, passage.upstream));
        daemon(() -> passage.pass(passage.upstream, passage.client));
      }
    } catch (IOException e) {
      if (!server.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "freezing-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Passage passage : passages) {
      passage.drop();
    }
    assertThat(swallowed).as("what frozen connections swallowed").hasPositiveValue();
  }

  /** One connection, both ways. */
  private final class Passage {
    private final Socket client;
    private final Socket upstream;
    private volatile boolean frozen;

    Passage(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    void pass(Socket from, Socket to) {
      byte[] buffer = new byte[64 << 10];
      try {
        for (int count; (count = from.getInputStream().read(buffer)) >= 0; ) {
          if (frozen) {
            swallowed.incrementAndGet();
          } else {
            to.getOutputStream().write(buffer, 0, count);
          }
        }
        drop();
      } catch (IOException e) {
        drop();
      }
    }

    private void drop() {
      try {
        client.close();
        upstream.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
