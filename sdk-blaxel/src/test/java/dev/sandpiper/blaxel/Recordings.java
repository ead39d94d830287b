package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import okio.Buffer;

/**
 * What the real server answered, byte for byte, from {@code wire/blaxel} among the test resources.
 */
final class Recordings {
  private Recordings() {}

  /**
   * One recorded answer.
   *
   * @param pieces its body as the server cut it
   */
  record Answer(
      String name,
      String method,
      String target,
      int status,
      String contentType,
      List<byte[]> pieces) {

    byte[] body() {
      Buffer all = new Buffer();
      pieces.forEach(all::write);
      return all.readByteArray();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Answer> all() {
    URL folder = Objects.requireNonNull(Recordings.class.getResource("/wire/blaxel"));
    try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
      List<Answer> answers = new ArrayList<>();
      files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .forEach(file -> read(file, answers));
      return answers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void read(Path file, List<Answer> answers) {
    try {
      JsonNode recording = Json.parse(Files.readAllBytes(file));
      for (JsonNode exchange : recording.path("exchanges")) {
        JsonNode response = exchange.path("response");
        List<byte[]> pieces = new ArrayList<>();
        response.path("chunks").forEach(chunk -> pieces.add(bytes(chunk)));
        answers.add(
            new Answer(
                file.getFileName() + " " + answers.size(),
                exchange.path("request").path("method").asText(),
                exchange.path("request").path("target").asText(),
                response.path("status").asInt(),
                contentType(response.path("headers")),
                pieces));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static String contentType(JsonNode headers) {
    for (JsonNode header : headers) {
      String text = header.asText();
      if (text.startsWith("Content-Type:")) {
        return text.substring("Content-Type:".length()).strip();
      }
    }
    return "";
  }

  private static byte[] bytes(JsonNode part) {
    return part.has("base64")
        ? Base64.getDecoder().decode(part.path("base64").asText())
        : part.path("text").asText().getBytes(UTF_8);
  }
}
