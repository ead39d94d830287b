package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

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
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a server. The next request whose head holds a given text is cut after so
 * many bytes, or its answer is, or its answer stops coming; everything else passes. Closing it
 * fails if one of these faults was planned and never injected: a test of it has tested nothing
 * then.
 */
final class CuttingProxy implements AutoCloseable {
  private enum Fate {
    ANSWER_CUT,
    ANSWER_STALLED,
    REQUEST_CUT
  }

  private static final class Cut {
    private final String marker;
    private final int afterBytes;
    private final Fate fate;
    private final boolean repeats;
    private volatile boolean injected;

    Cut(String marker, int afterBytes, Fate fate, boolean repeats) {
      this.marker = marker;
      this.afterBytes = afterBytes;
      this.fate = fate;
      this.repeats = repeats;
    }

    boolean isMissing() {
      return !injected;
    }

    @Override
    public String toString() {
      return fate + " after " + afterBytes + " bytes of '" + marker + "'";
    }
  }

  private final ServerSocket server;
  private final URI target;
  private final Queue<Cut> planned = new ConcurrentLinkedQueue<>();
  private final Queue<Cut> cuts = new ConcurrentLinkedQueue<>(); // those no request has met yet
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

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
    plan(new Cut(marker, afterBytes, Fate.ANSWER_CUT, false));
  }

  /** Lets nothing more through of the answer to such a request, and keeps its connection. */
  void stallNext(String marker, int afterBytes) {
    plan(new Cut(marker, afterBytes, Fate.ANSWER_STALLED, false));
  }

  /** The same for this and every later request with {@code marker}. */
  void stallEvery(String marker, int afterBytes) {
    plan(new Cut(marker, afterBytes, Fate.ANSWER_STALLED, true));
  }

  /** Cuts the next such request itself. */
  void cutNextRequest(String marker, int afterBytes) {
    plan(new Cut(marker, afterBytes, Fate.REQUEST_CUT, false));
  }

  private void plan(Cut cut) {
    planned.add(cut);
    cuts.add(cut);
  }

  /** How many have been cut or have stalled. */
  int cutCount() {
    return (int) planned.stream().filter(cut -> cut.injected).count();
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
    assertThat(planned).as("faults that were never injected").noneMatch(Cut::isMissing);
  }

  /** One connection, both ways. */
  private final class Passage {
    private final Socket client;
    private final Socket upstream;
    private volatile @Nullable Cut cut;
    private final AtomicInteger left = new AtomicInteger(); // until the cut, where there is one
    private volatile boolean answering;

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
          meet(new String(buffer, 0, count, ISO_8859_1));
          if (pass(buffer, count, out, true)) {
            return;
          }
        }
        upstream.shutdownOutput();
      } catch (IOException e) {
        drop();
      }
    }

    private void meet(String sent) {
      if (answering) {
        answering = false;
        cut = null; // the answer that was to be cut was shorter: the next one is not meant
      }
      Cut next = cuts.peek();
      if (next != null && sent.contains(next.marker)) {
        if (!next.repeats) {
          cuts.remove();
        }
        left.set(next.afterBytes);
        cut = next;
      }
    }

    void answers() {
      byte[] buffer = new byte[64 << 10];
      try {
        InputStream in = upstream.getInputStream();
        OutputStream out = client.getOutputStream();
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
          answering = true;
          if (pass(buffer, count, out, false)) {
            return;
          }
        }
        drop();
      } catch (IOException e) {
        drop();
      }
    }

    /** Passes what may pass. Returns true once that was the last. */
    private boolean pass(byte[] bytes, int count, OutputStream out, boolean isRequest)
        throws IOException {
      Cut meant = cut; // looked at once: the next request may come while this answer passes
      if (meant == null || (meant.fate == Fate.REQUEST_CUT) != isRequest) {
        out.write(bytes, 0, count);
        out.flush();
        return false;
      }
      int passed = Math.min(count, left.get());
      out.write(bytes, 0, passed);
      out.flush();
      if (left.addAndGet(-passed) > 0) {
        return false;
      }
      meant.injected = true;
      if (meant.fate != Fate.ANSWER_STALLED) {
        drop();
      }
      return true;
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
