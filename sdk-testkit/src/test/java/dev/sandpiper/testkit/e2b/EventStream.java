package dev.sandpiper.testkit.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The events of a process as lines: {@code start 7}, {@code stdout hi}, {@code last {}}. */
final class EventStream implements AutoCloseable {
  private final InputStream in;

  EventStream(InputStream in) {
    this.in = in;
  }

  /**
   * @throws EOFException if the stream breaks off
   */
  String next() throws IOException {
    byte[] head = in.readNBytes(5);
    if (head.length < 5) throw new EOFException("no end of stream");
    String payload = new String(in.readNBytes(ByteBuffer.wrap(head, 1, 4).getInt()), UTF_8);
    return head[0] == 2 ? "last " + payload : describe(LocalServer.json.readTree(payload));
  }

  private static String describe(JsonNode message) {
    JsonNode event = message.path("event");
    if (event.has("start")) return "start " + event.at("/start/pid");
    if (event.has("end")) return "end " + event.path("end");
    if (!event.has("data")) return message.toString();
    String channel = event.path("data").fieldNames().next();
    byte[] bytes = Base64.getDecoder().decode(event.path("data").path(channel).asText());
    return channel + " " + new String(bytes, UTF_8).strip();
  }

  /** The pid of the start event, which must be next. */
  long pid() throws IOException {
    return Long.parseLong(next().substring("start ".length()));
  }

  /** Everything up to the end of the stream, the start left out. */
  List<String> rest() throws IOException {
    List<String> lines = new ArrayList<>();
    do {
      lines.add(next());
    } while (!lines.get(lines.size() - 1).startsWith("last "));
    lines.removeIf(line -> line.startsWith("start "));
    return lines;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
