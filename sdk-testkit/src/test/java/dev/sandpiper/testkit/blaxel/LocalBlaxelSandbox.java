package dev.sandpiper.testkit.blaxel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** One sandbox of a {@link LocalBlaxel}, by its address. */
record LocalBlaxelSandbox(LocalBlaxel server, String name, String url) {
  HttpRequest.Builder request(String method, String path, String body) {
    return server.request(url + path, method, body);
  }

  HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    return server.send(request(method, path, body));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path, "");
  }

  /** An answer that must be a success. */
  JsonNode json(String method, String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> response = send(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return LocalBlaxel.json.readTree(response.body());
  }

  static ObjectNode command(String command) {
    return LocalBlaxel.json.createObjectNode().put("command", command);
  }

  /** Starts a process. */
  JsonNode start(ObjectNode process) throws IOException, InterruptedException {
    return json("POST", "/process", process.toString());
  }

  /** Starts a process and waits for its end. */
  JsonNode run(String command) throws IOException, InterruptedException {
    return start(command(command).put("waitForCompletion", true));
  }

  JsonNode process(String identifier) throws IOException, InterruptedException {
    return json("GET", "/process/" + identifier, "");
  }
}
