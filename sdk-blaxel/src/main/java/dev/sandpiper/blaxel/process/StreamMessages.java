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
 * The messages of a streamed process, from either of its two formats: output as text, the server's
 * own noise, and at last the record of the process, or the reason why there is none. Only the
 * record says that the process has ended.
 *
 * <p>For the one thread that reads the stream.
 */
public final class StreamMessages {
  static final String LOSSY =
      "Blaxel streams text: bytes that are no UTF-8, or a character cut in two, were replaced";
  static final String BEHIND = "Blaxel's stream fell behind and left output out";

  static final String AMBIGUOUS =
      "Blaxel's server writes such texts among the output itself, and this one was the command's";

  private static final String KEEPALIVE = "[keepalive]\n";

  /** What the server itself writes on request, each in a message of its own. */
  private static final Set<String> STOPPING =
      Set.of(
          "\n[Process is being gracefully terminated]\n",
          "\n[Process is being forcefully killed]\n");

  private static final Set<String> STOPPED = Set.of("STOPPED", "KILLED");
  private static final String CUT = "[... truncated, ";

  /** The server says every 5 seconds that it is alive, and every 30 among the output. */
  private static final int KEEPALIVES_PER_TEXT = 6;

  private static final String FELL_BEHIND = "[output truncated: the stream fell behind]\n";

  /** Under these names a record may be wrapped. */
  private static final List<String> WRAPPINGS = List.of("data", "result", "process", "response");

  private final String name;
  private final Consumer<ProcessEvent> events;
  private final StreamedText stdout;
  private final StreamedText stderr;
  private int keepalives;
  private int keepaliveTexts; // left out of the output
  private int stoppingTexts; // likewise
  private @Nullable ProcessRecord result;

  /**
   * @param name what messages call the command
   * @param events takes output and gaps, never an end
   */
  public StreamMessages(String name, Consumer<ProcessEvent> events) {
    this.name = name;
    this.events = events;
    this.stdout = new StreamedText(Channel.STDOUT, events);
    this.stderr = new StreamedText(Channel.STDERR, events);
  }

  /** The stream begins with what the server wrote for another. */
  void beginsSpoilt() {
    keepalives++;
  }

  /** The record with which the stream ended. Null while it has not come. */
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
   * @param type what it says that it is; null for nothing
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
      default -> {} // kinds that come later say nothing that we could understand
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
      default -> {} // kinds that come later
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
    throw new MalformedStreamException("a message of no kind that is known");
  }

  /** The record comes as an object, or encoded once more as a text. */
  private void end(JsonNode record) throws MalformedStreamException {
    JsonNode json = record.isTextual() ? Json.parse(record.asText().getBytes(UTF_8)) : record;
    ProcessRecord details;
    try {
      details = ProcessRecord.of(json);
    } catch (IllegalArgumentException e) {
      throw new MalformedStreamException("an end with " + e.getMessage(), e);
    }
    if (details.exit().isEmpty()) {
      throw new MalformedStreamException("an end of a process that has not ended");
    }
    stdout.end();
    stderr.end();
    if (isEaten(details)) {
      events.accept(gap(Channel.STDOUT, AMBIGUOUS));
    }
    result = details;
  }

  /** True if the command itself wrote what was taken for the server's: its record has it. */
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

  /** True of the server's own words. They look like output, and a command may write them too. */
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

  /** A text has no offsets in the bytes that it was. */
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
