package dev.sandpiper.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Handles one message of MCP for each POST, with a JSON response. */
final class HttpMessages implements HttpHandler {
  static final String PATH = "/mcp";

  private static final String SESSION = "Mcp-Session-Id";
  private static final String VERSION = "MCP-Protocol-Version";
  private static final int LONGEST_SESSION = 100;

  private final Protocol protocol;
  private final Admission admission;

  HttpMessages(Protocol protocol, Admission admission) {
    this.protocol = protocol;
    this.admission = admission;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Optional<Admission.Refusal> refusal = admission.refusal(exchange.getRequestHeaders());
      if (refusal.isPresent()) {
        refuse(exchange, refusal.get().status(), refusal.get().reason());
      } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
        refuse(exchange, 404, "MCP is at " + PATH + ".");
      } else if (!exchange.getRequestMethod().equals("POST")) {
        // In response to GET, MCP defines this as: the server has no event stream.
        exchange.getResponseHeaders().set("Allow", "POST");
        refuse(exchange, 405, "Messages are sent by POST.");
      } else {
        post(exchange);
      }
    }
  }

  private void post(HttpExchange exchange) throws IOException {
    Headers headers = exchange.getRequestHeaders();
    String version = headers.getFirst(VERSION);
    if (!isJson(headers.getFirst("Content-Type"))) {
      refuse(exchange, 415, "A message has the Content-Type application/json.");
      return;
    }
    if (version != null && !HandlerHolder.VERSIONS.contains(version)) {
      refuse(exchange, 400, "The versions of MCP here are " + HandlerHolder.VERSIONS + ".");
      return;
    }
    byte[] body = exchange.getRequestBody().readNBytes(MessageLines.LONGEST + 1);
    if (body.length > MessageLines.LONGEST) {
      refuse(exchange, 413, "A message has at most " + MessageLines.LONGEST + " bytes.");
      return;
    }
    answer(exchange, session(headers), new String(body, UTF_8));
  }

  private void answer(HttpExchange exchange, String session, String text) throws IOException {
    Protocol.Received received;
    try {
      received = protocol.receive(session, text);
    } catch (IOException e) {
      refuse(exchange, 400, "The body is not a message of JSON-RPC 2.0.");
      return;
    }
    if (received.message() instanceof JSONRPCRequest request
        && request.method().equals(McpSchema.METHOD_INITIALIZE)) {
      // Only distinguishes the request ids of clients; not a secret, and it grants no access.
      exchange.getResponseHeaders().set(SESSION, UUID.randomUUID().toString());
    }
    Optional<String> answer = protocol.answer(received);
    if (answer.isPresent()) {
      send(exchange, 200, answer.get());
    } else {
      exchange.sendResponseHeaders(202, -1);
    }
  }

  /**
   * A client without a session gets one for each request, so that no other client can cancel its
   * calls.
   */
  private static String session(Headers headers) {
    String session = headers.getFirst(SESSION);
    return session == null || session.length() > LONGEST_SESSION
        ? UUID.randomUUID().toString()
        : session;
  }

  private static boolean isJson(@Nullable String contentType) {
    return contentType != null
        && contentType.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals("application/json");
  }

  private void refuse(HttpExchange exchange, int status, String reason) throws IOException {
    if (status == 401) {
      exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
    }
    send(exchange, status, protocol.unreadable(reason));
  }

  private static void send(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(bytes);
    }
  }
}
