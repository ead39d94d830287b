package dev.sandpiper.testkit.faults;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.testkit.faults.Fault.Effect;
import dev.sandpiper.testkit.faults.Fault.Side;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The requests and responses of one connection over HTTP/1.1. */
final class Http1Passage {
  private static final int PIECE = 64 << 10;

  private final Link link;
  private final FaultPlan plan;
  private final FaultProxy proxy;
  private volatile @Nullable Injection ofResponse;

  Http1Passage(Link link, FaultPlan plan, FaultProxy proxy) {
    this.link = link;
    this.plan = plan;
    this.proxy = proxy;
  }

  /**
   * Passes requests until the client has disconnected. {@code begun} has the bytes already read.
   */
  void requests(byte[] begun) throws IOException {
    Requests requests = new Requests();
    RequestFraming framing = new RequestFraming(requests);
    byte[] buffer = new byte[PIECE];
    InputStream in = link.fromClient();
    System.arraycopy(begun, 0, buffer, 0, begun.length);
    boolean passes = true;
    for (int count = begun.length; count >= 0; count = in.read(buffer)) {
      passes = link.letsThrough() && passes && framing.take(buffer, count);
    }
    link.clientEnded();
  }

  /** Passes responses until the server has disconnected. */
  void responses() throws IOException {
    byte[] buffer = new byte[PIECE];
    InputStream in = link.fromServer();
    OutputStream out = link.toClient();
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      if (!link.letsThrough()) continue;
      Injection injection = ofResponse;
      if (injection == null) {
        out.write(buffer, 0, count);
      } else if (!injection.pass(buffer, 0, count, out)) {
        return;
      }
    }
    link.serverEnded();
  }

  /** Handles each request of the connection. */
  private final class Requests implements RequestFraming.Requests {
    private @Nullable Injection injection;
    private @Nullable PlannedFault answered;
    private @Nullable Socket second; // receives the request too

    @Override
    public void begins(String head) throws IOException {
      PlannedFault planned = plan.take(head);
      injection = Injection.http1(planned, link, Side.REQUEST);
      ofResponse = Injection.http1(planned, link, Side.RESPONSE);
      Effect effect = planned == null ? null : planned.fault.effect;
      if (planned != null && planned.fault.effect.needsHttp2()) planned.isNotIn("HTTP/1.1");
      answered = effect == Effect.ANSWER ? planned : null;
      if (effect == Effect.DUPLICATE) {
        second = proxy.connect();
        requireNonNull(planned).injected();
      }
    }

    @Override
    public boolean has(byte[] buffer, int offset, int count) throws IOException {
      if (answered != null) return true;
      if (second != null) second.getOutputStream().write(buffer, offset, count);
      if (injection != null) return injection.pass(buffer, offset, count, link.toServer());
      link.toServer().write(buffer, offset, count);
      return true;
    }

    @Override
    public void ends() throws IOException {
      if (second != null) {
        proxy.drain(second);
        second = null;
      }
      if (answered != null) {
        answered.injected();
        link.toClient().write(answered.fault.response.asHttp1());
        link.clientSocket().shutdownOutput();
      }
    }
  }
}
