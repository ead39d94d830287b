package dev.sandpiper.testkit.junit;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.faults.Fault;
import dev.sandpiper.testkit.faults.FaultProxy;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;

/** A client of one test and its sandbox, behind proxies that inject faults. */
final class FaultyConnection implements AutoCloseable {
  private final FaultProxy control;
  private final FaultProxy data;
  private final SandboxClient client;
  private final Sandbox sandbox;

  /**
   * @param direct the sandbox, without a proxy
   */
  FaultyConnection(
      LocalPlatform platform, LocalSandboxes local, Sandbox direct, List<WithFault> faults) {
    faults.forEach(FaultyConnection::check); // before anything is opened
    control = FaultProxy.inFrontOf(platform.controlUrl(local));
    data = FaultProxy.inFrontOf(platform.dataUrl(local, direct));
    client = platform.client(local, control.url(), direct.id(), data.url());
    sandbox = client.connect(direct.id(), Duration.ZERO);
    faults.forEach(this::plan);
  }

  private static void check(WithFault with) {
    Fault unused = fault(with);
    if (with.occurrence() < 1) {
      throw new ExtensionConfigurationException(
          "the occurrence of @WithFault is at least 1; it was " + with.occurrence());
    }
  }

  private void plan(WithFault with) {
    FaultProxy proxy = with.controlPlane() ? control : data;
    if (with.every()) {
      proxy.injectEvery(with.request(), fault(with));
    } else {
      proxy.inject(with.request(), with.occurrence(), fault(with));
    }
  }

  private static Fault fault(WithFault with) {
    Fault fault = with.value().fault(with);
    if (with.afterBytes() >= 0) fault = fault.afterBytes(with.afterBytes());
    if (with.afterBodyBytes() >= 0) fault = fault.afterBodyBytes(with.afterBodyBytes());
    if (!with.afterText().isEmpty()) fault = fault.afterText(with.afterText());
    return with.inRequest() ? fault.inRequest() : fault;
  }

  SandboxClient client() {
    return client;
  }

  Sandbox sandbox() {
    return sandbox;
  }

  /**
   * Closes the connections.
   *
   * @throws IllegalStateException if a fault was never injected
   */
  @Override
  public void close() {
    Side first = new Side("requests to the control plane", control);
    Side second = new Side("requests to the sandbox; others need controlPlane = true", data);
    try (first;
        second) {
      client.close();
    }
  }

  /** Says in its failure which requests pass through a proxy. */
  private record Side(String requests, FaultProxy proxy) implements AutoCloseable {
    @Override
    public void close() {
      try {
        proxy.close();
      } catch (IllegalStateException e) {
        throw new IllegalStateException(e.getMessage() + " (" + requests + ")", e);
      }
    }
  }
}
