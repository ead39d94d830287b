package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.e2b.connect.ConnectCode;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.e2b.sandbox.LocalSandbox;
import dev.sandpiper.testkit.e2b.sandbox.Users;
import dev.sandpiper.testkit.http.CrossOrigin;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The daemon in a sandbox, as it is reachable from outside. */
public final class Envd {
  public static final int PORT = 49983;

  private static final String WRONG_TOKEN =
      "unauthorized access, please provide a valid access token or method signing if supported";

  /** These routes check a token or a signature themselves, or need none. */
  private static final Set<String> OPEN =
      Set.of("GET /health", "GET /files", "POST /files", "POST /init");

  private final RpcRouter rpc;
  private final SmallEndpoints small = new SmallEndpoints();

  public Envd() {
    Map<String, RpcMethod> methods = new HashMap<>(ProcessService.methods());
    methods.putAll(FilesystemService.methods());
    rpc = new RpcRouter(methods);
  }

  public void handle(Exchange exchange, LocalSandbox sandbox) throws IOException {
    if (sandbox.envdDead()) throw new IOException("the daemon has crashed");
    exchange.set("Vary", "Origin");
    if (CrossOrigin.isPreflight(exchange)) {
      CrossOrigin.answerPreflight(exchange);
      return;
    }
    CrossOrigin.allow(exchange);
    if (!hasToken(exchange, sandbox)) {
      exchange.failure(401, WRONG_TOKEN);
      return;
    }
    String user = Users.of(exchange.header("Authorization"));
    if (!Users.isKnown(user)) {
      refuseUser(exchange, user);
      return;
    }
    if (rpc.knows(exchange.path())) {
      rpc.handle(exchange, sandbox, user);
    } else if (exchange.path().equals(FilesEndpoint.PATH)) {
      FilesEndpoint.handle(exchange, sandbox);
    } else if (exchange.path().equals(Compose.PATH)) {
      Compose.handle(exchange, sandbox);
    } else if (exchange.path().equals(Initialization.PATH)) {
      Initialization.handle(exchange, sandbox);
    } else {
      small.handle(exchange, sandbox);
    }
  }

  private static boolean hasToken(Exchange exchange, LocalSandbox sandbox) {
    String token = sandbox.accessToken();
    return token == null
        || OPEN.contains(exchange.method() + " " + exchange.path())
        || Secrets.matches(token, exchange.header("X-Access-Token"));
  }

  /** Streams get the error in their last envelope, other calls as the status. */
  private static void refuseUser(Exchange exchange, String user) throws IOException {
    RpcException error =
        new RpcException(ConnectCode.UNAUTHENTICATED, "invalid username: '" + user + "'");
    String type = exchange.header("Content-Type");
    if (type != null && type.startsWith("application/connect+")) {
      StreamCall.refuse(exchange, type, error);
    } else {
      UnaryCall.fail(exchange, error);
    }
  }
}
