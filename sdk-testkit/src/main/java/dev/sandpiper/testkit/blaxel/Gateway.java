package dev.sandpiper.testkit.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.PortForwarder;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The gateway between clients and sandboxes: checks credentials, finds the sandbox by the first
 * part of the path, and the port if there is one.
 */
final class Gateway implements Endpoint {
  /** The sandbox of clients that use no gateway. */
  static final String DEBUG_SANDBOX = "debug-sandbox";

  private static final Pattern PORT = Pattern.compile("/port/(\\d{1,5})(/.*|$)");

  /** The account's headers, which a program inside must not see. */
  private static final Set<String> CREDENTIALS =
      Set.of("x-blaxel-authorization", "x-blaxel-workspace");

  private final AccessTokens tokens;
  private final String workspace;
  private final Sandboxes sandboxes;
  private final PortForwarder forwarder = new PortForwarder();

  Gateway(AccessTokens tokens, String workspace, Sandboxes sandboxes) {
    this.tokens = tokens;
    this.workspace = workspace;
    this.sandboxes = sandboxes;
  }

  /**
   * Responds as the server of one sandbox, for clients that use no gateway: paths have no prefix,
   * and no token is required.
   */
  void handleDebug(Exchange exchange) throws IOException {
    SandboxRecord record = sandboxes.find(DEBUG_SANDBOX);
    RunningSandbox machine = record == null ? null : record.machine();
    if (record == null || machine == null || record.status() != SandboxRecord.Status.DEPLOYED) {
      exchange.text(502, "the sandbox " + DEBUG_SANDBOX + " has been deleted");
    } else {
      machine.handle(exchange, exchange.path(), "");
    }
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    String path = exchange.path();
    int end = path.indexOf('/', 1);
    String key = path.isEmpty() ? "" : path.substring(1, end < 0 ? path.length() : end);
    String rest = end < 0 ? "/" : path.substring(end);
    SandboxRecord record = sandboxes.at(key);
    RunningSandbox machine = record == null ? null : record.machine();
    String token = AccessTokens.given(exchange);
    String asked = exchange.header("X-Blaxel-Workspace");
    if (exchange.method().equals("OPTIONS")) {
      Answers.crossOrigin(exchange);
      exchange.answer(204);
    } else if (token == null) {
      refuse(exchange, 401, "AUTHENTICATION_REQUIRED", "no credentials");
    } else if (!tokens.isValid(token)) {
      refuse(exchange, 401, "AUTHENTICATION_FAILED", "the credentials are not valid");
    } else if (asked != null && !asked.equals(workspace)) {
      refuse(exchange, 403, "FORBIDDEN", "no role in workspace " + asked);
    } else if (record == null || machine == null) {
      boolean known = key.startsWith("sbx-");
      refuse(
          exchange,
          404,
          known ? "WORKLOAD_NOT_FOUND" : "ROUTE_NOT_FOUND",
          known ? "there is no such sandbox" : "there is no such route");
    } else if (!record.definition().spec().path("enabled").asBoolean(true)) {
      refuse(exchange, 403, "FORBIDDEN", "the sandbox is disabled");
    } else {
      enter(exchange, record, machine, rest);
    }
  }

  private void enter(Exchange exchange, SandboxRecord record, RunningSandbox machine, String path)
      throws IOException {
    Matcher port = PORT.matcher(path);
    if (!port.matches()) {
      machine.handle(exchange, path, "/" + record.key());
      return;
    }
    try {
      String rest = port.group(2).isEmpty() ? "/" : port.group(2);
      forwarder.forward(exchange, Integer.parseInt(port.group(1)), rest, CREDENTIALS);
    } catch (ConnectException e) {
      refuse(exchange, 502, "WORKLOAD_UNAVAILABLE", "nobody listens on port " + port.group(1));
    }
  }

  private static void refuse(Exchange exchange, int status, String code, String message)
      throws IOException {
    exchange.set("X-Blaxel-Source", "platform");
    exchange.set("X-Blaxel-Error-Code", code);
    ObjectNode answer = GoJson.object();
    answer
        .putObject("error")
        .put("code", code)
        .put("message", message)
        .put("status", status)
        .put("retryable", code.equals("WORKLOAD_UNAVAILABLE"))
        .put("origin", "platform")
        .put("action", "")
        .put("do_not", "")
        .put("docs_url", "https://docs.blaxel.ai")
        .put("timestamp", Instant.now().toString());
    exchange.json(status, answer);
  }
}
