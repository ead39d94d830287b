package dev.sandpiper.testkit.e2b;

import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Tells the two ports apart. */
final class PortSwitch extends Handler.Abstract {
  private final Connector controlPort;
  private final JettyBridge controlPlane;
  private final JettyBridge edge;

  PortSwitch(Connector controlPort, JettyBridge controlPlane, JettyBridge edge) {
    this.controlPort = controlPort;
    this.controlPlane = controlPlane;
    this.edge = edge;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    boolean control = request.getConnectionMetaData().getConnector() == controlPort;
    return (control ? controlPlane : edge).handle(request, response, callback);
  }
}
