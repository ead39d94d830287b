package dev.sandpiper.testkit.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The documented requests, word for word, sent to the embedded server. */
@Timeout(60)
class ConversationTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FAILED = "{\"message\":\"Internal Server Error\"}";

  private final TestClock clock = new TestClock(Instant.ofEpochSecond(1_690_899_755L, 863_633_000));
  private final HttpClient http = HttpClient.newHttpClient();
  private SessionsServer server;

  @BeforeEach
  void start() throws Exception {
    server = SessionsServer.start(clock);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.url() + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    server.headers().forEach(request::header);
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private void expect(int status, String answer, HttpResponse<String> response) {
    assertThat(response.body()).isEqualTo(answer);
    assertThat(response.statusCode()).isEqualTo(status);
  }

  private String created() throws Exception {
    HttpResponse<String> response = send("POST", "/sessions", "{\"envID\": \"Nodejs\"}");
    JsonNode session = JSON.readTree(response.body());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(session.path("ports").toString()).isEqualTo("[]");
    return "/sessions/" + session.path("id").textValue();
  }

  @Test
  void theDocumentedCommandGivesTheDocumentedAnswer() throws Exception {
    String session = created();
    HttpResponse<String> response =
        send(
            "POST", session + "/processes?wait=true", "{\"cmd\": \"echo 22\", \"rootdir\": \"/\"}");
    String id = JSON.readTree(response.body()).path("processID").textValue();
    expect(
        200,
        "{\"stdout\":[{\"type\":\"Stdout\",\"line\":\"22\",\"timestamp\":1690899755863633000}],"
            + "\"stderr\":[],\"finished\":true,\"processID\":\""
            + id
            + "\"}",
        response);
    expect(200, response.body(), send("GET", session + "/processes/" + id, ""));
    expect(200, response.body(), send("GET", session + "/processes/" + id + "?wait=true", ""));
    expect(204, "", send("DELETE", session + "/processes/" + id, ""));
    expect(204, "", send("GET", session + "/processes/" + id, ""));
    expect(204, "", send("DELETE", session, ""));
    expect(500, FAILED, send("GET", session, ""));
  }

  @Test
  void filesAreThoseOfTheDocumentation() throws Exception {
    String files = created() + "/filesystem";
    expect(204, "", send("PUT", files + "/files?path=a/b.txt", "{\"content\": \"Grüße\"}"));
    expect(204, "", send("PUT", files + "/dirs?path=a/c", ""));
    expect(200, "{\"content\":\"Grüße\"}", send("GET", files + "/files?path=a/b.txt", ""));
    expect(
        200,
        "{\"entries\":[{\"name\":\"a\",\"isDir\":true}]}",
        send("GET", files + "/dirs?path=", ""));
    expect(204, "", send("DELETE", files + "?path=a", ""));
    expect(500, FAILED, send("GET", files + "/dirs?path=a", ""));
    expect(500, FAILED, send("GET", files + "/files?path=/etc/passwd", ""));
    expect(500, FAILED, send("DELETE", files + "?path=", ""));
  }

  @Test
  void everyFailureIsA500AndAnInvalidRequestA422() throws Exception {
    String session = created();
    expect(500, FAILED, send("GET", "/sessions/none", ""));
    expect(500, "{\"message\":\"Not Found\"}", send("GET", "/elsewhere", ""));
    expect(500, "{\"message\":\"Not Found\"}", send("PUT", session, ""));
    String invalid = "{\"message\":\"Validation Failed\"}";
    expect(422, invalid, send("POST", "/sessions", "{\"envID\": \"Cobol\"}"));
    expect(422, invalid, send("POST", session + "/processes", "{\"rootdir\": \"/\"}"));
    expect(422, invalid, send("GET", session + "/filesystem/files", ""));
    String tooLong = "{\"content\": \"" + "x".repeat(102_400) + "\"}";
    expect(500, FAILED, send("PUT", session + "/filesystem/files?path=a", tooLong));
    expect(500, FAILED, send("POST", session + "/processes", "{\"cmd\": "));
    expect(204, "", send("POST", session + "/processes/none/stdin", "{\"stdin\": \"x\"}"));
  }

  @Test
  void onlyWhoHasTheKeyIsServed() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + "/sessions/x")).build();
    expect(401, "{\"message\":\"Unauthorized\"}", http.send(request, BodyHandlers.ofString()));
  }

  @Test
  void aSessionThatNobodyAsksForIsDeletedWithItsProcesses() throws Exception {
    String session = created();
    send("POST", session + "/processes", "{\"cmd\": \"sleep 300 & sleep 300\"}");
    String id = session.substring("/sessions/".length());
    SessionLeftovers.awaitSome(id);
    clock.pass(Duration.ofMinutes(10));
    SessionLeftovers.awaitNone(id); // nobody asks: the server's own sweep finds it
    expect(500, FAILED, send("GET", session, ""));
  }
}
