package dev.sandpiper.testkit.http;

import dev.sandpiper.testkit.machine.ServerThreads;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;

/** Creates the ports on which a server listens, on loopback only. */
public final class Connectors {
  private final Listening listening;

  public Connectors(Listening listening) {
    this.listening = listening;
  }

  /**
   * Makes a server listen on one more port.
   *
   * @param port the port; zero for any free one
   */
  public ServerConnector addTo(Server jetty, int port) {
    List<ConnectionFactory> factories =
        listening.tls() == null ? inTheClear() : overTls(listening.tls());
    ServerConnector connector =
        new ServerConnector(
            jetty,
            null,
            new ScheduledExecutorScheduler(ServerThreads.PREFIX + "timer", true),
            null,
            1,
            1,
            factories.toArray(ConnectionFactory[]::new));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setIdleTimeout(0); // streams may be idle for longer than any limit
    connector.setAcceptQueueSize(1024); // hundreds of clients may connect at the same time
    jetty.addConnector(connector);
    return connector;
  }

  private List<ConnectionFactory> inTheClear() {
    HttpConfiguration configuration = configuration();
    return List.of(
        new HttpConnectionFactory(configuration),
        limited(new HTTP2CServerConnectionFactory(configuration)));
  }

  private List<ConnectionFactory> overTls(SSLContext context) {
    HttpConfiguration configuration = configuration();
    SslContextFactory.Server tls = new SslContextFactory.Server();
    tls.setSslContext(context);
    ALPNServerConnectionFactory agreement = new ALPNServerConnectionFactory();
    agreement.setDefaultProtocol(HttpVersion.HTTP_1_1.asString());
    return List.of(
        new SslConnectionFactory(tls, agreement.getProtocol()),
        agreement,
        limited(new HTTP2ServerConnectionFactory(configuration)),
        new HttpConnectionFactory(configuration));
  }

  private ConnectionFactory limited(AbstractHTTP2ServerConnectionFactory http2) {
    http2.setMaxConcurrentStreams(listening.streamLimit());
    http2.setStreamIdleTimeout(0);
    removeRateLimit(http2);
    return http2;
  }

  /**
   * A client that closes many streams at once is not an attacker here. Jetty's type for this is in
   * another package before 12.1.11, so it is not named here; the factory's own default has no
   * limit.
   */
  private static void removeRateLimit(AbstractHTTP2ServerConnectionFactory http2) {
    try {
      Class<?> type = http2.getClass().getMethod("getRateControlFactory").getReturnType();
      Object unlimited =
          Proxy.newProxyInstance(
              type.getClassLoader(), new Class<?>[] {type}, InvocationHandler::invokeDefault);
      http2.getClass().getMethod("setRateControlFactory", type).invoke(http2, unlimited);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of Jetty cannot be used: " + e.getMessage(), e);
    }
  }

  private static HttpConfiguration configuration() {
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    configuration.setRequestHeaderSize(64 * 1024);
    configuration.setResponseHeaderSize(64 * 1024);
    configuration.setUriCompliance(UriCompliance.UNSAFE); // paths are compared as they were sent
    return configuration;
  }
}
