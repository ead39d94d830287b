package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import okhttp3.HttpUrl;

/**
 * A peer that does with a connection whatever a test wants, byte by byte. Closing it fails if
 * nobody ever came, or if a script failed by something else than the client's leaving: the test has
 * not met its fault then.
 */
final class WirePeer implements AutoCloseable {

  /** What to do with one connection; it is closed afterwards. */
  @FunctionalInterface
  interface Script {
    void play(Connection connection) throws IOException, InterruptedException;
  }

  private final ServerSocket server;
  private final Script script;
  private final Queue<String> heads = new ConcurrentLinkedQueue<>();
  private final Queue<String> rests = new ConcurrentLinkedQueue<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean isToBeLeftAlone;

  WirePeer(Script script) throws IOException {
    this.script = script;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  HttpUrl url(String path) {
    return HttpUrl.get("http://127.0.0.1:" + server.getLocalPort() + path);
  }

  /** The heads of the requests that arrived. */
  List<String> heads() {
    return List.copyOf(heads);
  }

  /** What came on each connection behind the head, as {@link Connection#readRest} read it. */
  List<String> rests() {
    return List.copyOf(rests);
  }

  /** No request has come, and none is needed before it is closed. */
  void assertNothingWasSent() {
    isToBeLeftAlone = true;
    assertThat(heads).isEmpty();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        connections.incrementAndGet();
        start(() -> serve(socket));
      } catch (IOException e) {
        return; // closed at the end of the test
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.play(new Connection(socket));
    } catch (IOException | InterruptedException e) {
      // the client hung up, which is what many tests are about
    } catch (RuntimeException | Error e) {
      failures.add(e);
    } finally {
      open.remove(socket);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "peer");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    awaitSomebody();
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    assertThat(failures).as("what failed in the peer's script").isEmpty();
    if (!isToBeLeftAlone) {
      assertThat(connections).as("connections to the peer").hasPositiveValue();
    }
  }

  /** A client may have connected, and hung up, before the connection was accepted here. */
  private void awaitSomebody() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!isToBeLeftAlone && connections.get() == 0 && System.nanoTime() < end) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** One connection of a client. */
  final class Connection {
    private final Socket socket;
    private final InputStream in;

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
    }

    /** Reads up to the empty line; the empty text if the client hung up first. */
    String readHead() throws IOException {
      StringBuilder head = new StringBuilder();
      while (head.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          return "";
        }
        head.append((char) next);
      }
      heads.add(head.toString());
      return head.toString();
    }

    /** Reads until the client hangs up. */
    void readRest() throws IOException {
      rests.add(new String(in.readAllBytes(), ISO_8859_1));
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** Ends the connection with a RST. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
