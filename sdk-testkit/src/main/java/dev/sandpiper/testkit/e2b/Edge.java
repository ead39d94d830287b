package dev.sandpiper.testkit.e2b;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.envd.Envd;
import dev.sandpiper.testkit.e2b.envd.Signature;
import dev.sandpiper.testkit.e2b.sandbox.Lifecycle;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Sandboxes;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.LoopbackOnly;
import dev.sandpiper.testkit.http.PortForwarder;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;

/** The edge between clients and sandboxes: finds the requested sandbox and port. */
final class Edge implements Endpoint {
  private static final Set<String> INTERNAL =
      Set.of("/init", "/freeze", "/unfreeze", "/collapse", "/fsfreeze", "/fsthaw", "/upgrade");
  private static final String RESERVED =
      "This endpoint is reserved for the E2B control plane and is not reachable through the sandbox"
          + " URL";

  /** Also for a paused sandbox without auto-resume. */
  private static final String NOT_FOUND = "The sandbox was not found";

  private final Sandboxes sandboxes;
  private final Envd envd = new Envd();
  private final PortForwarder forwarder = new PortForwarder();

  Edge(Sandboxes sandboxes) {
    this.sandboxes = sandboxes;
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String id = exchange.header("E2b-Sandbox-Id");
    String port = exchange.header("E2b-Sandbox-Port");
    if (id == null && port == null) {
      routeByUrl(exchange);
    } else if (id == null || port == null) {
      exchange.text(400, "missing header");
    } else if (!port.matches("\\d{1,5}")) {
      exchange.text(400, "Invalid sandbox port");
    } else {
      int number = Integer.parseInt(port);
      route(exchange, id, number, sandbox -> enter(exchange, sandbox, number));
    }
  }

  /** Clients without these headers use the sandbox's host name, or a signed URL. */
  private void routeByUrl(Exchange exchange) throws IOException {
    Matcher host = LoopbackOnly.SANDBOX_HOST.matcher(String.valueOf(exchange.authority()));
    if (host.matches()) {
      int port = Integer.parseInt(host.group(1));
      route(exchange, host.group(2), port, sandbox -> enter(exchange, sandbox, port));
      return;
    }
    Optional<LocalSandbox> signer = signer(exchange);
    if (signer.isEmpty()) {
      exchange.text(400, "Invalid host");
    } else {
      String id = signer.get().id();
      route(exchange, id, Envd.PORT, sandbox -> enter(exchange, sandbox, Envd.PORT));
    }
  }

  private Optional<LocalSandbox> signer(Exchange exchange) {
    try {
      Query query = exchange.query();
      return sandboxes.all().stream().filter(one -> Signature.names(one, query)).findFirst();
    } catch (Query.MalformedException e) {
      return Optional.empty();
    }
  }

  /** Responds as the daemon of the debug clients' sandbox, which no header names. */
  void handleDebug(Exchange exchange) throws IOException {
    route(exchange, Sandboxes.DEBUG_ID, Envd.PORT, sandbox -> envd.handle(exchange, sandbox));
  }

  /** Handles a request in its sandbox. */
  private interface Entrance {
    void enter(LocalSandbox sandbox) throws IOException;
  }

  private void route(Exchange exchange, String id, int port, Entrance entrance) throws IOException {
    LocalSandbox sandbox = sandboxes.find(id);
    if (sandbox == null) {
      refuse(exchange, 502, id, NOT_FOUND);
      return;
    }
    if (sandbox.accessToken() == null && LoopbackOnly.comesFromElsewhere(exchange)) {
      exchange.failure(403, "a sandbox without a token answers no requests from other origins");
      return;
    }
    if (sandbox.pause() != null && !resume(exchange, sandbox, port)) return;
    sandbox.remember(exchange);
    try {
      entrance.enter(sandbox);
    } finally {
      sandbox.forget(exchange);
    }
  }

  /** Resumes a paused sandbox, or responds to the request and returns false. */
  private boolean resume(Exchange exchange, LocalSandbox sandbox, int port) throws IOException {
    Lifecycle lifecycle = sandbox.spec().lifecycle();
    String token = sandbox.accessToken();
    if (!lifecycle.autoResume()) {
      refuse(exchange, 502, sandbox.id(), NOT_FOUND);
      return false;
    }
    String given = exchange.header("X-Access-Token");
    if (port == Envd.PORT && token != null && !Secrets.matches(token, given)) {
      refuse(exchange, 403, sandbox.id(), "The request is not permitted to resume the sandbox");
      return false;
    }
    sandboxes.resume(sandbox, lifecycle.afterAutoResume(), false);
    return true;
  }

  private void enter(Exchange exchange, LocalSandbox sandbox, int port) throws IOException {
    if (port != Envd.PORT) {
      forward(exchange, sandbox, port);
    } else if (INTERNAL.contains(exchange.path())) {
      exchange.json(
          404,
          GoJson.object().put("message", RESERVED).put("path", exchange.path()).put("code", 404));
    } else {
      envd.handle(exchange, sandbox);
    }
  }

  private void forward(Exchange exchange, LocalSandbox sandbox, int port) throws IOException {
    try {
      forwarder.forward(exchange, port, exchange.path(), Set.of());
    } catch (ConnectException e) {
      exchange.json(
          502,
          problem(sandbox.id(), "The sandbox is running but port is not open", 502)
              .put("port", port));
    }
  }

  private static void refuse(Exchange exchange, int status, String id, String message)
      throws IOException {
    exchange.json(status, problem(id, message, status));
  }

  private static ObjectNode problem(String sandboxId, String message, int code) {
    return GoJson.object().put("sandboxId", sandboxId).put("message", message).put("code", code);
  }
}
