package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy in front of a server. The next request whose head holds a given text is cut after so
 * many bytes, or its answer is, or its answer stops coming; everything else passes.
 */
final class CuttingProxy implements AutoCloseable {
  private enum Fate {
    ANSWER_CUT,
    ANSWER_STALLED,
    REQUEST_CUT
  }

  private record Cut(String marker, int afterBytes, Fate fate) {}

  private final ServerSocket server;
  private final URI target;
  private final Queue<Cut> cuts = new ConcurrentLinkedQueue<>();
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger marked = new AtomicInteger();

  CuttingProxy(String target) throws IOException {
    this.target = URI.create(target);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Cuts the answer to the next request with {@code marker} in its head. */
  void cutNext(String marker, int afterBytes) {
    cuts.add(new Cut(marker, afterBytes, Fate.ANSWER_CUT));
  }

  /** Lets nothing more through of the answer to such a request, and keeps its connection. */
  void stallNext(String marker, int afterBytes) {
    cuts.add(new Cut(marker, afterBytes, Fate.ANSWER_STALLED));
  }

  /** Cuts the next such request itself. */
  void cutNextRequest(String marker, int afterBytes) {
    cuts.add(new Cut(marker, afterBytes, Fate.REQUEST_CUT));
  }

  /** How many have been cut or have stalled. */
  int cutCount() {
    return marked.get();
  }

  private void accept() {
    try {
      while (!server.isClosed()) {
        Socket client = server.accept();
        Socket upstream = new Socket(target.getHost(), target.getPort());
        sockets.add(client);
        sockets.add(upstream);
        Passage passage = new Passage(client, upstream);
        daemon(passage::requests);
        daemon(passage::answers);
      }
    } catch (IOException e) {
      if (!server.isClosed()) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "cutting-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One connection, both ways. */
  private final class Passage {
    private final Socket client;
    private final Socket upstream;
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean stalling;
    private int requestLeft = Integer.MAX_VALUE; // of the thread that passes requests

    Passage(Socket client, Socket upstream) {
      this.client = client;
      this.upstream = upstream;
    }

    void requests() {
      byte[] buffer = new byte[64 << 10];
      try {
        InputStream in = client.getInputStream();
        OutputStream out = upstream.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          Cut cut = cuts.peek();
          if (cut != null && new String(buffer, 0, count, ISO_8859_1).contains(cut.marker)) {
            cuts.remove();
            if (cut.fate == Fate.REQUEST_CUT) {
              requestLeft = cut.afterBytes;
            } else {
              stalling = cut.fate == Fate.ANSWER_STALLED;
              left.set(cut.afterBytes);
            }
          }
          int passed = Math.min(count, requestLeft);
          out.write(buffer, 0, passed);
          out.flush();
          if (requestLeft != Integer.MAX_VALUE) {
            requestLeft -= passed;
            if (requestLeft == 0) {
              marked.incrementAndGet();
              drop();
              return;
            }
          }
        }
        upstream.shutdownOutput();
      } catch (IOException e) {
        drop();
      }
    }

    void answers() {
      byte[] buffer = new byte[64 << 10];
      try {
        InputStream in = upstream.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          // Looked at once: the next request may come, and be marked, while this answer passes.
          int before = left.get();
          int passed = Math.min(count, before);
          out.write(buffer, 0, passed);
          out.flush();
          if (before != Integer.MAX_VALUE && left.addAndGet(-passed) == 0) {
            marked.incrementAndGet();
            if (!stalling) {
              drop();
            }
            return;
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
