package dev.sandpiper.testkit.retries;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * A server of one request for each connection: reads it whole, sends what the test wants, byte for
 * byte, and hangs up.
 */
final class FailingServer implements AutoCloseable {
  private final InetSocketAddress address;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Function<String, String> answers;
  private final Socket reservation = new Socket();
  private final ServerSocket server = new ServerSocket();

  /**
   * Reserves a port, and refuses connections until {@link #open}.
   *
   * @param answers what to send for a request's first line; the empty text only hangs up
   */
  FailingServer(Function<String, String> answers) throws IOException {
    this.answers = answers;
    reservation.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    address = (InetSocketAddress) reservation.getLocalSocketAddress();
  }

  /** One that accepts at once. */
  static FailingServer open(Function<String, String> answers) throws IOException {
    FailingServer server = new FailingServer(answers);
    server.open();
    return server;
  }

  void open() {
    try {
      reservation.close();
      server.setReuseAddress(true);
      server.bind(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread thread = new Thread(this::serve, "failing-server");
    thread.setDaemon(true);
    thread.start();
  }

  String url() {
    return "http://127.0.0.1:" + address.getPort();
  }

  /** The first lines of all requests that have arrived. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        String line = read(socket.getInputStream());
        requests.add(line);
        socket.getOutputStream().write(answers.apply(line).getBytes(ISO_8859_1));
      } catch (IOException e) {
        // closed at the end of the test, or the client has hung up
      }
    }
  }

  /** Reads head and body, and returns method and path. */
  private static String read(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) throw new IOException("no request");
      head.append((char) next);
    }
    for (String line : head.toString().split("\r\n", -1)) {
      if (line.startsWith("Content-Length: ")) {
        in.readNBytes(Integer.parseInt(line.substring(line.indexOf(' ') + 1)));
      }
    }
    return head.substring(0, head.indexOf(" HTTP/"));
  }

  @Override
  public void close() throws IOException {
    reservation.close();
    server.close();
  }
}
