package dev.sandpiper.testkit.http;

import java.util.Map;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Tells the ports apart. */
public final class PortSwitch extends Handler.Abstract {
  private final Map<Connector, JettyBridge> endpoints;

  public PortSwitch(Map<? extends Connector, JettyBridge> endpoints) {
    this.endpoints = Map.copyOf(endpoints);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    JettyBridge endpoint = endpoints.get(request.getConnectionMetaData().getConnector());
    return endpoint != null && endpoint.handle(request, response, callback);
  }
}
