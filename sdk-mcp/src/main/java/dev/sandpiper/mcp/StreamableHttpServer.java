package dev.sandpiper.mcp;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpServer;
import dev.sandpiper.agent.SandboxTools;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Gives clients the tools of a sandbox: MCP over streamable HTTP, at {@code /mcp}. All clients
 * share the one sandbox. Each request is answered in one piece; there is no stream of events for
 * what a server says unasked, because this one says nothing unasked.
 *
 * <p>On a loopback address it answers only requests whose {@code Host} is loopback, and on any none
 * from a web page of another origin, so that no page reaches it, also not by a name that changes
 * where it leads to.
 */
public final class StreamableHttpServer implements AutoCloseable {
  private static final int MOST_REQUESTS = 64;

  private final HttpServer server;
  private final ThreadPoolExecutor threads;
  private final Protocol protocol;

  private StreamableHttpServer(HttpServer server, ThreadPoolExecutor threads, Protocol protocol) {
    this.server = server;
    this.threads = threads;
    this.protocol = protocol;
  }

  /**
   * Serves until it is closed. The caller closes the tools after it.
   *
   * @param address where to listen; port 0 is any free one
   * @param token what each request must carry as {@code Authorization: Bearer}; empty asks for
   *     nothing
   * @throws IllegalArgumentException if the address is not loopback and no token is asked for, or
   *     if the token is empty text
   * @throws IOException if it cannot listen there
   */
  public static StreamableHttpServer start(
      SandboxTools tools, InetSocketAddress address, Optional<String> token) throws IOException {
    boolean loopback = requireNonNull(address, "address").getAddress().isLoopbackAddress();
    if (token.isEmpty() && !loopback) {
      throw new IllegalArgumentException(
          "Serving MCP at "
              + address
              + " needs a token: the address is not of this machine alone.");
    }
    Protocol protocol = Protocol.of(requireNonNull(tools, "tools"));
    HttpServer server = HttpServer.create(address, 0);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            0,
            MOST_REQUESTS,
            30,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            StreamableHttpServer::daemon);
    server.setExecutor(threads);
    server.createContext("/", new HttpMessages(protocol, new Admission(loopback, token)));
    server.start();
    return new StreamableHttpServer(server, threads, protocol);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "sandpiper-mcp-http");
    thread.setDaemon(true);
    return thread;
  }

  /** What a client is given: {@code http://127.0.0.1:8080/mcp}. */
  public URI address() {
    InetSocketAddress bound = server.getAddress();
    String host = bound.getAddress().getHostAddress();
    String written = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return URI.create("http://" + written + ":" + bound.getPort() + HttpMessages.PATH);
  }

  /** Cancels the calls that run, and ends all connections. Idempotent. */
  @Override
  public void close() {
    protocol.close();
    server.stop(0);
    threads.shutdown();
  }
}
