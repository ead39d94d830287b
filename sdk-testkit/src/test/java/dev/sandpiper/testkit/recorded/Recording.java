package dev.sandpiper.testkit.recorded;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A conversation with the real server: what was sent when, and what came back. */
public record Recording(String name, List<Turn> turns) {
  private static final ObjectMapper json = new ObjectMapper();

  /** One request and its answer. A chunk is bytes and the time at which they were complete. */
  public record Turn(
      int number,
      double sentAt,
      String method,
      String target,
      List<String> headers,
      ByteString body,
      int status,
      List<String> answerHeaders,
      List<Chunk> chunks,
      double endedAt,
      String end) {
    /** The type of the answer, empty if it has none. */
    public String contentType() {
      return answerHeaders.stream()
          .filter(header -> header.startsWith("Content-Type:"))
          .map(header -> header.substring("Content-Type:".length()).trim())
          .findFirst()
          .orElse("");
    }

    /** What was answered, all chunks together. */
    public byte[] answerBody() {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      chunks.forEach(chunk -> bytes.writeBytes(chunk.bytes().toByteArray()));
      return bytes.toByteArray();
    }

    /** Whether it asks for a process with a terminal. */
    public boolean hasTerminal() {
      return target.endsWith("/Start") && body.toStringUtf8().contains("\"pty\"");
    }

    public boolean isCutByClient() {
      return end.startsWith("client cut");
    }

    public boolean isCutByServer() {
      return end.startsWith("cut ");
    }
  }

  public record Chunk(double at, ByteString bytes) {}

  /**
   * Reads one from the test's resources.
   *
   * @param platform whose server it was: {@code e2b} or {@code blaxel}
   */
  public static Recording load(String platform, String name) throws IOException {
    String resource = "/wire/%s/%s.json".formatted(platform, name);
    try (InputStream in = Recording.class.getResourceAsStream(resource)) {
      JsonNode tree = json.readTree(in);
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
    return new Turn(
        number,
        exchange.path("at_ms").asDouble(),
        request.path("method").asText(),
        request.path("target").asText(),
        texts(request.path("headers")),
        request.has("chunks") ? all(request.path("chunks")) : bytes(request.path("body")),
        response.path("status").asInt(),
        texts(response.path("headers")),
        chunks,
        response.path("end_ms").asDouble(Double.MAX_VALUE),
        response.path("end").asText());
  }

  private static List<String> texts(JsonNode headers) {
    List<String> texts = new ArrayList<>();
    headers.forEach(header -> texts.add(header.asText()));
    return texts;
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
