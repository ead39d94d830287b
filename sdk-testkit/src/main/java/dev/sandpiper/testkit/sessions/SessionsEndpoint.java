package dev.sandpiper.testkit.sessions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Endpoint;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Query;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.Confinement;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Launch;
import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The routes of the API. Every failure is a 500, a malformed request a 422. */
final class SessionsEndpoint implements Endpoint {
  private static final Set<String> ENVIRONMENTS =
      Set.of("Nodejs", "Go", "Bash", "Rust", "Python3", "PHP", "Java", "Perl", "DotNET");
  private static final int MOST_BODY_BYTES = 100 << 10;

  private final String keyHeader;
  private final String apiKey;
  private final SessionsServer sessions;

  SessionsEndpoint(String keyHeader, String apiKey, SessionsServer sessions) {
    this.keyHeader = keyHeader;
    this.apiKey = apiKey;
    this.sessions = sessions;
  }

  @Override
  public void handle(Exchange exchange) throws IOException {
    try {
      route(exchange);
    } catch (Refusal e) {
      refuse(exchange, e.status(), e.message());
    } catch (Launch.RefusedException
        | Confinement.OutsideException
        | Home.UserHomeException
        | Query.MalformedException e) {
      refuse(exchange, 500, "Internal Server Error");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      exchange.abort();
    }
  }

  private static void refuse(Exchange exchange, int status, String message) throws IOException {
    exchange.json(status, GoJson.object().put("message", message));
  }

  private void route(Exchange exchange)
      throws IOException, Launch.RefusedException, InterruptedException {
    if (!Secrets.matches(apiKey, exchange.header(keyHeader))) {
      throw new Refusal(401, "Unauthorized");
    }
    String[] parts = exchange.path().split("/", -1);
    if (parts.length < 2 || !parts[1].equals("sessions")) throw notFound();
    if (parts.length == 2) {
      create(exchange);
      return;
    }
    LocalSession session = sessions.use(parts[2]);
    if (session == null) throw failed();
    String process = parts.length > 4 && parts[3].equals("processes") ? parts[4] : "";
    parts[2] = "{id}";
    if (!process.isEmpty()) parts[4] = "{id}";
    String route = exchange.method() + String.join("/", parts).substring("/sessions/{id}".length());
    if (route.contains("/filesystem")) {
      new SessionFilesystem(session.home()).handle(exchange, route);
    } else {
      route(exchange, route, session, process);
    }
  }

  private void create(Exchange exchange) throws IOException {
    if (!exchange.method().equals("POST")) throw notFound();
    if (!ENVIRONMENTS.contains(required(exchange, "envID"))) throw invalid();
    exchange.json(200, described(sessions.create()));
  }

  /** The ports stay empty: programs that listen here are reachable on this machine's own ports. */
  private static ObjectNode described(LocalSession session) {
    ObjectNode json = GoJson.object().put("id", session.id());
    json.putArray("ports");
    return json;
  }

  private void route(Exchange exchange, String route, LocalSession session, String id)
      throws IOException, Launch.RefusedException, InterruptedException {
    switch (route) {
      case "GET" -> exchange.json(200, described(session));
      case "DELETE" -> {
        if (!sessions.delete(session.id())) throw failed();
        exchange.answer(204);
      }
      case "POST/processes" -> {
        ObjectNode body = body(exchange);
        String directory = body.path("rootdir").asText("");
        answer(exchange, session, session.start(required(body, "cmd"), directory));
      }
      case "GET/processes/{id}" -> answer(exchange, session, session.processes().get(id));
      case "DELETE/processes/{id}" -> {
        LocalProcess stopped = session.processes().remove(id);
        if (stopped != null) stopped.stop();
        answer(exchange, session, isSet(exchange, "results") ? stopped : null);
      }
      case "POST/processes/{id}/stdin" -> {
        String text = required(exchange, "stdin");
        LocalProcess process = session.processes().get(id);
        if (process != null) process.write(text);
        exchange.answer(204);
      }
      default -> throw notFound();
    }
  }

  private static void answer(
      Exchange exchange, LocalSession session, @Nullable LocalProcess process)
      throws IOException, InterruptedException {
    if (process == null) {
      exchange.answer(204);
      return;
    }
    if (isSet(exchange, "wait")) process.awaitFinish();
    if (session.isClosed()) throw failed();
    exchange.json(200, process.state());
  }

  private static boolean isSet(Exchange exchange, String parameter) {
    return "true".equals(exchange.query().get(parameter));
  }

  private static ObjectNode body(Exchange exchange) throws IOException {
    byte[] bytes = exchange.body(MOST_BODY_BYTES);
    if (bytes == null) throw failed();
    try {
      if (Exchange.json.readTree(bytes) instanceof ObjectNode tree) return tree;
    } catch (JsonProcessingException e) {
      throw failed();
    }
    throw invalid();
  }

  /** A field of the body, which must be a text. */
  static String required(Exchange exchange, String field) throws IOException {
    return required(body(exchange), field);
  }

  private static String required(ObjectNode body, String field) {
    JsonNode value = body.path(field);
    if (!value.isTextual()) throw invalid();
    return value.textValue();
  }

  static Refusal invalid() {
    return new Refusal(422, "Validation Failed");
  }

  static Refusal failed() {
    return new Refusal(500, "Internal Server Error");
  }

  static Refusal notFound() {
    return new Refusal(500, "Not Found");
  }
}
