package dev.sandpiper.testkit.http;

import dev.sandpiper.testkit.machine.ServerThreads;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A web server on ports of loopback, each with its endpoint. */
public final class LoopbackServer {
  /** One thread per request, including streams; idle threads end after a minute. */
  private static final int MOST_THREADS = 8000;

  private final Listening listening;
  private final Server jetty;
  private final Map<Connector, JettyBridge> bridges = new LinkedHashMap<>();

  /**
   * @param name the name of its threads
   */
  public LoopbackServer(String name, Listening listening) {
    this.listening = listening;
    QueuedThreadPool pool = new QueuedThreadPool(MOST_THREADS, 8);
    pool.setName(ServerThreads.PREFIX + name);
    pool.setDaemon(true);
    jetty = new Server(pool);
  }

  /** Dispatches a request to the endpoint of its port. */
  private final class ByPort extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      Connector port = request.getConnectionMetaData().getConnector();
      JettyBridge endpoint = bridges.get(port);
      return endpoint != null && endpoint.handle(request, response, callback);
    }
  }

  /** One of its ports, whose number is known once the server has started. */
  public final class Port {
    private final ServerConnector connector;

    private Port(ServerConnector connector) {
      this.connector = connector;
    }

    public String url() {
      return listening.scheme() + "://127.0.0.1:" + connector.getLocalPort();
    }
  }

  /**
   * Serves one more port.
   *
   * @param port zero for any free one
   * @param wideCors whether web pages from everywhere may send requests
   */
  public Port serve(int port, Endpoint endpoint, boolean wideCors) {
    ServerConnector connector = new Connectors(listening).addTo(jetty, port);
    bridges.put(connector, new JettyBridge(new LoopbackOnly(endpoint, wideCors)));
    return new Port(connector);
  }

  /**
   * Starts to listen.
   *
   * @throws IOException if a port is taken
   */
  public void start() throws IOException {
    jetty.setHandler(new ByPort());
    try {
      jetty.start();
    } catch (Exception e) {
      throw new IOException("cannot listen on loopback: " + e.getMessage(), e);
    }
  }

  public void stop() {
    try {
      jetty.stop();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop a local server", e);
    }
  }
}
