package dev.sandpiper.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.blaxel.server.StrayLines;
import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Handles the messages of a streamed process, in either of the two formats: output as text, the
 * server's own messages, and finally the record of the process, or an error. Only the record proves
 * that the process has ended.
 *
 * <p>Used by the reading thread only.
 */
public final class StreamMessages {
  static final String LOSSY =
      "Blaxel streams text: bytes that are not UTF-8, or split characters, were replaced";
  static final String BEHIND = "Blaxel's stream fell behind and dropped output";

  static final String AMBIGUOUS =
      "the command wrote a text that Blaxel's server also inserts itself, and it was removed";

  private static final String KEEPALIVE = "[keepalive]\n";

  /** Texts that the server inserts after a stop or kill request, each in its own message. */
  private static final Set<String> STOPPING =
      Set.of(
          "\n[Process is being gracefully terminated]\n",
          "\n[Process is being forcefully killed]\n");

  private static final Set<String> STOPPED = Set.of("STOPPED", "KILLED");
  private static final String CUT = "[... truncated, ";

  /** The server sends a keep-alive every 5 seconds, and inserts one into the output every 30. */
  private static final int KEEPALIVES_PER_TEXT = 6;

  private static final String FELL_BEHIND = "[output truncated: the stream fell behind]\n";

  /** The fields in which a record may be wrapped. */
  private static final List<String> WRAPPINGS = List.of("data", "result", "process", "response");

  private final String name;
  private final Consumer<ProcessEvent> events;
  private final StreamedText stdout;
  private final StreamedText stderr;
  private int keepalives;
  private int keepaliveTexts; // removed from the output
  private int stoppingTexts; // likewise
  private @Nullable ProcessRecord result;

  /**
   * @param name the command's name in messages
   * @param events receives output and gaps, never an end
   */
  public StreamMessages(String name, Consumer<ProcessEvent> events) {
    this.name = name;
    this.events = events;
    this.stdout = new StreamedText(Channel.STDOUT, events);
    this.stderr = new StreamedText(Channel.STDERR, events);
  }

  /** Called if the stream begins with bytes that belong to another response. */
  void beginsSpoilt() {
    keepalives++;
  }

  /** The record with which the stream ended; null until it has arrived. */
  public @Nullable ProcessRecord result() {
    return result;
  }

  /** A line of NDJSON. */
  public void line(byte[] line) throws MalformedStreamException {
    Output plain = PlainOutput.read(line);
    if (plain != null) {
      text(plain.channel()).addWithoutNuls(plain);
    } else if (!StrayLines.TEXT.equals(okio.ByteString.of(line))) {
      document(Json.parse(line));
    }
  }

  /**
   * An event of {@code text/event-stream}.
   *
   * @param type its type; null if it has none
   */
  public void event(@Nullable String type, String data) throws MalformedStreamException {
    switch (type == null ? "message" : type) {
      case "stdout" -> output(Channel.STDOUT, data);
      case "stderr" -> output(Channel.STDERR, data);
      case "keepalive", "ping" -> keepalives++;
      case "error" -> throw refused(errorText(data));
      case "message", "result", "log", "end", "done", "complete", "exit" -> {
        if (!data.equals("[keepalive]") && !data.isBlank()) {
          document(Json.parse(data.getBytes(UTF_8)));
        }
      }
      default -> {} // unknown types are ignored
    }
  }

  private static String errorText(String data) {
    ErrorBody body = ErrorBody.of(data);
    return body.field("error").or(() -> body.field("data")).orElse(data);
  }

  private void document(JsonNode json) throws MalformedStreamException {
    if (ProcessRecord.isOne(json)) {
      end(json);
      return;
    }
    String text = json.path("data").asText("");
    switch (json.path("type").asText("")) {
      case "stdout" -> output(Channel.STDOUT, text);
      case "stderr" -> output(Channel.STDERR, text);
      case "error" -> throw refused(text);
      case "result" -> end(json.path("data"));
      case "keepalive" -> keepalives++;
      case "" -> untyped(json);
      default -> {} // unknown types are ignored
    }
  }

  private void untyped(JsonNode json) throws MalformedStreamException {
    if (json.path("error").isTextual()) {
      throw refused(json.path("error").asText());
    }
    for (String wrapping : WRAPPINGS) {
      if (json.has(wrapping)) {
        end(json.path(wrapping));
        return;
      }
    }
    throw new MalformedStreamException("a message of an unknown kind");
  }

  /** Takes the record, which is an object, or a string with its JSON. */
  private void end(JsonNode record) throws MalformedStreamException {
    JsonNode json = record.isTextual() ? Json.parse(record.asText().getBytes(UTF_8)) : record;
    ProcessRecord details;
    try {
      details = ProcessRecord.of(json);
    } catch (IllegalArgumentException e) {
      throw new MalformedStreamException(
          "an end event with a malformed record: " + e.getMessage(), e);
    }
    if (details.exit().isEmpty()) {
      throw new MalformedStreamException("an end event with the record of a running process");
    }
    stdout.end();
    stderr.end();
    if (isEaten(details)) {
      events.accept(gap(Channel.STDOUT, AMBIGUOUS));
    }
    result = details;
  }

  /**
   * True if the command itself wrote the texts that were taken for the server's: its record
   * contains them.
   */
  private boolean isEaten(ProcessRecord details) {
    if (keepaliveTexts == 0 && stoppingTexts == 0) {
      return false;
    }
    if (!details.stdout().startsWith(CUT)) {
      return details.stdout().getBytes(UTF_8).length > stdout.delivered();
    }
    boolean isOften = keepaliveTexts > (keepalives + 1) / KEEPALIVES_PER_TEXT;
    return isOften || (stoppingTexts > 0 && !STOPPED.contains(details.status()));
  }

  /** True for the server's own texts. They look like output, and a command may write them too. */
  private boolean isServers(String text) {
    if (text.equals(KEEPALIVE) && keepalives > 0) {
      keepaliveTexts++;
      return true;
    }
    if (STOPPING.contains(text)) {
      stoppingTexts++;
      return true;
    }
    return false;
  }

  private void output(Channel channel, String text) {
    if (channel == Channel.STDOUT && isServers(text)) {
      return;
    }
    if (channel == Channel.STDOUT && text.equals(FELL_BEHIND)) {
      events.accept(gap(Channel.STDOUT, BEHIND));
      events.accept(gap(Channel.STDERR, BEHIND));
      return;
    }
    text(channel).add(text);
  }

  private StreamedText text(Channel channel) {
    return channel == Channel.STDERR ? stderr : stdout;
  }

  /** A gap without offsets, because streamed text has no byte offsets. */
  static OutputGap gap(Channel channel, String reason) {
    return new OutputGap(channel, OptionalLong.empty(), OptionalLong.empty(), reason);
  }

  private RuntimeException refused(String text) {
    Failure failure = Failure.of("start", name, SandboxErrors.withoutCommand(text));
    return text.startsWith("failed to start process")
        ? new InvalidRequestException(failure)
        : new PlatformException(failure);
  }
}
