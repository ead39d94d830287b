package dev.sandpiper.testkit.http;

import java.io.IOException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Passes Jetty's requests to an endpoint, each on its own thread, and completes them. */
public final class JettyBridge extends Handler.Abstract {
  private static final Logger log = LoggerFactory.getLogger(JettyBridge.class);

  private final Endpoint endpoint;

  public JettyBridge(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response);
    try {
      endpoint.handle(exchange);
      exchange.drain();
      callback.succeeded();
    } catch (IOException e) {
      log.debug("{} ended early: {}", request.getMethod(), e.toString());
      breakOff(exchange, callback);
    } catch (RuntimeException e) {
      log.warn("{} {} failed", request.getMethod(), request.getHttpURI().getPath(), e);
      breakOff(exchange, callback);
    }
    return true;
  }

  /**
   * Closes the connection, because nothing else can be reported; Jetty would try to send an error.
   */
  private static void breakOff(Exchange exchange, Callback callback) {
    exchange.abort();
    callback.succeeded();
  }
}
