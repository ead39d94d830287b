package dev.sandpiper.testkit.faults;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import dev.sandpiper.testkit.faults.PlannedFault.Scope;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * A proxy between a client and a server over plain HTTP, 1.1 or 2. It injects the faults that a
 * test plans, and passes everything else unchanged:
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.inFrontOf(environment.get("E2B_SANDBOX_URL"))) {
 *   environment.put("E2B_SANDBOX_URL", proxy.url());
 *   proxy.inject("GET /files", Fault.cut().afterBodyBytes(100_000));
 *   ... // reads a file, as if nothing had happened
 * }
 * }</pre>
 *
 * <p>A fault applies to the next request whose head contains a text, such as {@code POST
 * /process.Process/Start}. The head has the form of HTTP/1.1, over HTTP/2 too; its path matches
 * with and without the path of the server's URL. {@link #close} fails if a planned fault was never
 * injected, because then the test has proved nothing.
 *
 * <p>Listens on loopback. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final URI target;
  private final FaultPlan plan;
  private final Gate gate = new Gate();
  private final Queue<Link> links = new ConcurrentLinkedQueue<>();
  private final Queue<Socket> others = new ConcurrentLinkedQueue<>();
  private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();

  private FaultProxy(URI target) throws IOException {
    this.target = target;
    this.plan = new FaultPlan(target.getRawPath() == null ? "" : target.getRawPath());
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  /**
   * Puts a proxy in front of a server. The caller closes it.
   *
   * @param url the server's URL: {@code http}, with a port
   */
  public static FaultProxy inFrontOf(String url) {
    URI target = URI.create(requireNonNull(url, "url"));
    if (!"http".equals(target.getScheme()) || target.getPort() < 0) {
      throw new IllegalArgumentException("expected an http URL with a port, not " + url);
    }
    try {
      return new FaultProxy(target);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a proxy: " + e.getMessage(), e);
    }
  }

  /** The server's URL with this proxy's address; its path is kept. */
  public String url() {
    String path = target.getRawPath() == null ? "" : target.getRawPath();
    return "http://127.0.0.1:" + listening.getLocalPort() + path;
  }

  /** Injects a fault into the next request whose head contains this text. */
  public void inject(String requestText, Fault fault) {
    add(requestText, 1, fault, Scope.NEXT);
  }

  /**
   * Injects a fault into one of the next requests whose head contains this text; earlier ones pass
   * unchanged.
   *
   * @param occurrence 1 for the next of them
   */
  public void inject(String requestText, int occurrence, Fault fault) {
    if (occurrence < 1) {
      throw new IllegalArgumentException(
          "the occurrence is at least 1, which is the next request; it was " + occurrence);
    }
    add(requestText, occurrence, fault, Scope.NEXT);
  }

  /** Injects a fault into every request from now on whose head contains this text. */
  public void injectEvery(String requestText, Fault fault) {
    add(requestText, 1, fault, Scope.EVERY);
  }

  private void add(String requestText, int occurrence, Fault fault, Scope scope) {
    requireNonNull(requestText, "requestText");
    requireNonNull(fault, "fault");
    if (listening.isClosed()) throw new IllegalStateException("this proxy is closed");
    plan.add(new PlannedFault(requestText, occurrence, fault, scope));
  }

  /**
   * Makes the currently open connections half-open: they stay open, and bytes sent over them are
   * lost. Later connections are not affected. Returns their number.
   */
  public int makeHalfOpen() {
    PlannedFault planned = PlannedFault.ofConnections("half-open connections", Fault.halfOpen());
    plan.add(planned);
    links.removeIf(Link::isDropped);
    links.forEach(link -> link.lose(planned));
    return links.size();
  }

  /** Stops all traffic, on old and new connections, until {@link #thaw}; nothing is lost. */
  public void freeze() {
    PlannedFault planned = PlannedFault.ofConnections("a frozen server", Fault.stall());
    plan.add(planned);
    gate.freeze(planned);
  }

  /** Resumes all traffic after {@link #freeze}. */
  public void thaw() {
    gate.thaw();
  }

  /** The number of injected faults. */
  public int injections() {
    return plan.injections();
  }

  /**
   * Closes all connections.
   *
   * @throws IllegalStateException if a fault was never injected; the message has the requests that
   *     passed, and the reason if one of them matched
   */
  @Override
  public void close() {
    try {
      listening.close();
      for (Link link : links) {
        link.drop();
      }
      for (Socket other : others) {
        other.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    gate.close();
    List<PlannedFault> never = plan.neverInjected();
    RuntimeException failed = failures.peek();
    if (failed != null) throw new IllegalStateException("the proxy itself failed", failed);
    if (!never.isEmpty()) throw new IllegalStateException(neverInjected(never));
  }

  private String neverInjected(List<PlannedFault> never) {
    String faults =
        never.stream().map(PlannedFault::unmet).collect(Collectors.joining(", ", "[", "]"));
    boolean ofRequests = never.stream().anyMatch(PlannedFault::isOfRequests);
    return "never injected: " + faults + (ofRequests ? "; " + plan.passed() : "");
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      Link link = new Link(client, connect(), gate);
      links.removeIf(Link::isDropped);
      links.add(link);
      start(() -> serve(link));
    }
  }

  /** Opens a connection to the server, which is closed with this proxy. */
  Socket connect() throws IOException {
    Socket socket = new Socket(target.getHost(), target.getPort());
    others.add(socket);
    return socket;
  }

  /** Reads until the server has disconnected, on a thread of its own. */
  void drain(Socket socket) {
    start(() -> socket.getInputStream().transferTo(OutputStream.nullOutputStream()));
  }

  private void serve(Link link) throws IOException {
    InputStream in = link.fromClient();
    byte[] begun = beginning(in);
    if (new String(begun, US_ASCII).equals(Http2Passage.PREFACE)) {
      link.toServer().write(begun);
      Http2Passage passage = new Http2Passage(link, plan);
      start(() -> run(passage::responses, link::serverEnded));
      run(() -> passage.requests(new DataInputStream(in)), link::clientEnded);
    } else {
      Http1Passage passage = new Http1Passage(link, plan, this);
      start(() -> run(passage::responses, link::serverEnded));
      run(() -> passage.requests(begun), link::clientEnded);
    }
  }

  /** Reads the preface of HTTP/2, or the bytes up to the first that differs from it. */
  private static byte[] beginning(InputStream in) throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    while (read.size() < Http2Passage.PREFACE.length()
        && Http2Passage.PREFACE.startsWith(read.toString(US_ASCII))) {
      int next = in.read();
      if (next < 0) break;
      read.write(next);
    }
    return read.toByteArray();
  }

  private static void run(Work work, Work ended) throws IOException {
    try {
      work.run();
    } catch (IOException e) {
      ended.run(); // the other side notices by the end of its connection
    }
  }

  private void start(Work work) {
    Thread thread = new Thread(() -> runGuarded(work), "sandpiper-fault-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void runGuarded(Work work) {
    try {
      work.run();
    } catch (IOException e) {
      // the socket was closed by another thread: the proxy or a client ended
    } catch (RuntimeException e) {
      failures.add(e);
    }
  }

  /** The task of one thread. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }
}
