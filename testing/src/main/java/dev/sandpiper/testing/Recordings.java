package dev.sandpiper.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** What a real server answered, byte for byte, from {@code wire} among the test resources. */
public final class Recordings {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Recordings() {}

  /**
   * One recorded answer.
   *
   * @param pieces its body as the server cut it
   */
  public record Answer(
      String name,
      String method,
      String target,
      int status,
      String contentType,
      List<byte[]> pieces) {

    public byte[] body() {
      Buffer all = new Buffer();
      pieces.forEach(all::write);
      return all.readByteArray();
    }

    /** True of a stream of a process's events at E2B, in either codec. */
    public boolean isProcessStream() {
      return contentType.startsWith("application/connect+")
          && target.matches("/process\\.Process/(Start|Connect)");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** All answers of a platform, whose folder has this name, in the order of their files. */
  public static List<Answer> of(String platform) {
    URL folder = Objects.requireNonNull(Recordings.class.getResource("/wire/" + platform));
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
      JsonNode recording = JSON.readTree(Files.readAllBytes(file));
      for (JsonNode exchange : recording.path("exchanges")) {
        JsonNode response = exchange.path("response");
        List<byte[]> pieces = new ArrayList<>();
        response.path("chunks").forEach(chunk -> pieces.add(bytes(chunk)));
        answers.add(
            new Answer(
                recording.path("name").asText() + "/" + exchange.path("name").asText(),
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
    if (part.has("envelopes")) {
      Buffer all = new Buffer();
      for (JsonNode envelope : part.path("envelopes")) {
        byte[] payload = bytes(envelope);
        all.writeByte(envelope.path("flags").asInt()).writeInt(payload.length).write(payload);
      }
      return all.readByteArray();
    }
    return part.has("base64")
        ? Base64.getDecoder().decode(part.path("base64").asText())
        : part.path("text").asText().getBytes(UTF_8);
  }
}
