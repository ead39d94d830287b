package dev.sandpiper.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testing.Patience;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.HttpUrl;

/**
 * A peer that speaks HTTP/2 without being asked, and does with each request what a test wants. What
 * stands in a request's head is not looked at. Closing it fails if no request ever came, if its
 * script failed by something else than the client's leaving, or if it went deaf and there was
 * nothing to hear: the test has not met its fault then.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
final class Http2Peer implements AutoCloseable {
  static final int PROTOCOL_ERROR = 1;
  static final int INTERNAL_ERROR = 2;
  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int ACK = 1;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final int MAX_CONCURRENT_STREAMS = 3;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final byte STATUS_200 = (byte) 0x88; // an entry of HPACK's static table

  /** What to do with a request, all of which has arrived. Runs on the connection's thread. */
  @FunctionalInterface
  interface Script {
    void answer(Request request) throws IOException;
  }

  private final ServerSocket server;
  private final int streamLimit;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<Request> requests = new ArrayList<>(); // guarded by itself
  private final List<Integer> resets = new ArrayList<>(); // guarded by itself
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unheard = new AtomicInteger();
  private volatile boolean deaf;
  private volatile boolean readsNothing;

  /**
   * @param streamLimit announced to each connection; what comes above it is refused
   */
  Http2Peer(int streamLimit, Script script) throws IOException {
    this.streamLimit = streamLimit;
    this.script = script;
    this.server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  HttpUrl url() {
    return HttpUrl.get("http://127.0.0.1:" + server.getLocalPort() + "/");
  }

  /** How many connections were ever opened. */
  int connections() {
    return connections.get();
  }

  /** How many requests came above the limit. */
  int refused() {
    return refused.get();
  }

  /** The requests that came below the limit. */
  List<Request> requests() {
    synchronized (requests) {
      return List.copyOf(requests);
    }
  }

  /** The error codes of the streams that clients have reset. */
  List<Integer> resets() {
    synchronized (resets) {
      return List.copyOf(resets);
    }
  }

  /** From now on nothing is answered, not even a ping: the network is gone. */
  void goDeaf() {
    deaf = true;
  }

  /** From now on lets clients send what they want, and takes nothing of it. */
  void readNothing() {
    readsNothing = true;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
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
      new Connection(socket).serve();
    } catch (IOException e) {
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
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
    assertThat(failures).as("what failed in the peer's script").isEmpty();
    assertThat(requests()).as("requests to the peer").isNotEmpty();
    assertThat(unheard.get() > 0).as("deaf and spoken to").isEqualTo(deaf || readsNothing);
  }

  /** One request; its answers may be written from any thread. */
  final class Request {
    private final Connection connection;
    private final int stream;

    private Request(Connection connection, int stream) {
      this.connection = connection;
      this.stream = stream;
    }

    /** All requests so far, on all connections. */
    List<Request> all() {
      return requests();
    }

    boolean isFirst() {
      return all().get(0) == this;
    }

    void head() throws IOException {
      connection.send(HEADERS, END_HEADERS, stream, STATUS_200);
    }

    void body(String text) throws IOException {
      connection.streams.remove(stream);
      connection.send(DATA, END_STREAM, stream, text.getBytes(UTF_8));
    }

    void answer(String text) throws IOException {
      head();
      body(text);
    }

    void reset(int error) throws IOException {
      connection.streams.remove(stream);
      connection.send(RST_STREAM, 0, stream, int32(error));
    }

    /** Says that no stream above {@code last} was or will be looked at. */
    void goAway(int last) throws IOException {
      connection.send(GOAWAY, 0, 0, concat(int32(last), int32(0)));
    }

    int stream() {
      return stream;
    }

    void hangUp() throws IOException {
      connection.socket.close();
    }
  }

  private static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] all = new byte[first.length + second.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private final class Connection {
    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out; // guarded by itself
    private final Set<Integer> streams = ConcurrentHashMap.newKeySet();

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = new DataInputStream(socket.getInputStream());
      this.out = new DataOutputStream(socket.getOutputStream());
    }

    void serve() throws IOException {
      byte[] preface = new byte[PREFACE.length()];
      in.readFully(preface);
      if (!new String(preface, US_ASCII).equals(PREFACE)) {
        throw new EOFException("no HTTP/2");
      }
      send(SETTINGS, 0, 0, concat(new byte[] {0, MAX_CONCURRENT_STREAMS}, int32(streamLimit)));
      while (!readsNothing) {
        frame();
      }
      unheard.incrementAndGet();
      send(WINDOW_UPDATE, 0, 0, int32(1 << 30));
      send(SETTINGS, 0, 0, concat(new byte[] {0, INITIAL_WINDOW_SIZE}, int32(1 << 30)));
      Patience.until("the test is over", socket::isClosed);
    }

    private void frame() throws IOException {
      int lengthAndType = in.readInt();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = new byte[lengthAndType >>> 8];
      in.readFully(payload);
      if (deaf) {
        unheard.incrementAndGet();
      } else {
        frame(lengthAndType & 0xff, flags, stream, payload);
      }
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
      if (type == SETTINGS && (flags & ACK) == 0) {
        send(SETTINGS, ACK, 0);
      } else if (type == PING && (flags & ACK) == 0) {
        send(PING, ACK, 0, payload);
      } else if (type == RST_STREAM) {
        streams.remove(stream);
        synchronized (resets) {
          resets.add(payload[3] & 0xff);
        }
      } else if (type == HEADERS && !begin(stream)) {
        refused.incrementAndGet();
        send(RST_STREAM, 0, stream, int32(REFUSED_STREAM));
      } else if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
        requested(stream);
      }
    }

    private boolean begin(int stream) {
      return streams.size() < streamLimit && streams.add(stream);
    }

    private void requested(int stream) throws IOException {
      if (!streams.contains(stream)) {
        return; // refused, and its data was on its way
      }
      Request request = new Request(this, stream);
      synchronized (requests) {
        requests.add(request);
      }
      script.answer(request);
    }

    private void send(int type, int flags, int stream, byte... payload) throws IOException {
      synchronized (out) {
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
      }
    }
  }
}
