package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A conversation with the real server: what was sent when, and what came back. */
record Recording(String name, List<Turn> turns) {
  /** One request and its answer. A chunk is bytes and the time at which they were complete. */
  record Turn(
      int number,
      double sentAt,
      String method,
      String target,
      List<String> headers,
      ByteString body,
      int status,
      String contentType,
      List<Chunk> chunks,
      double endedAt,
      String end) {
    /** The client left in the middle. */
    boolean isCut() {
      return end.equals("client cut the connection");
    }

    /** The server broke off in the middle. */
    boolean isBrokenOff() {
      return end.startsWith("cut ");
    }
  }

  record Chunk(double at, ByteString bytes) {}

  static Recording load(String name) throws IOException {
    try (InputStream in = Recording.class.getResourceAsStream("/wire/e2b/" + name + ".json")) {
      JsonNode tree = LocalServer.json.readTree(in);
      List<Turn> turns = new ArrayList<>();
      for (JsonNode exchange : tree.path("exchanges")) turns.add(turn(turns.size(), exchange));
      return new Recording(name, turns);
    }
  }

  private static Turn turn(int number, JsonNode exchange) {
    JsonNode request = exchange.path("request");
    JsonNode response = exchange.path("response");
    List<Chunk> chunks = new ArrayList<>();
    for (JsonNode chunk : response.path("chunks")) {
      chunks.add(new Chunk(chunk.path("at_ms").asDouble(), bytes(chunk)));
    }
    List<String> headers = new ArrayList<>();
    request.path("headers").forEach(header -> headers.add(header.asText()));
    return new Turn(
        number,
        exchange.path("at_ms").asDouble(),
        request.path("method").asText(),
        request.path("target").asText(),
        headers,
        request.has("chunks") ? all(request.path("chunks")) : bytes(request.path("body")),
        response.path("status").asInt(),
        contentType(response.path("headers")),
        chunks,
        response.path("end_ms").asDouble(Double.MAX_VALUE),
        response.path("end").asText());
  }

  private static String contentType(JsonNode headers) {
    for (JsonNode header : headers) {
      if (header.asText().startsWith("Content-Type:")) {
        return header.asText().substring("Content-Type:".length()).trim();
      }
    }
    return "";
  }

  private static ByteString all(JsonNode parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    parts.forEach(part -> bytes.writeBytes(bytes(part).toByteArray()));
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static ByteString bytes(JsonNode part) {
    if (!part.has("envelopes")) return ByteString.copyFrom(payload(part));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (JsonNode envelope : part.path("envelopes")) {
      byte[] payload = payload(envelope);
      bytes.write(envelope.path("flags").asInt());
      bytes.writeBytes(ByteBuffer.allocate(4).putInt(payload.length).array());
      bytes.writeBytes(payload);
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  private static byte[] payload(JsonNode part) {
    if (part.has("text")) return part.path("text").asText().getBytes(UTF_8);
    return Base64.getDecoder().decode(part.path("base64").asText());
  }
}
