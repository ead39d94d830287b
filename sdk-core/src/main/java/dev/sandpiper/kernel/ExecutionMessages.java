package dev.sandpiper.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.engine.OutputCollector;
import dev.sandpiper.interpreter.CodeError;
import dev.sandpiper.interpreter.CodeListener;
import dev.sandpiper.interpreter.CodeOutput;
import dev.sandpiper.interpreter.CodeRequest;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.Execution;
import dev.sandpiper.interpreter.ResultFormat;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one run, each of them a JSON object: what the code printed, showed and raised,
 * and at last that it has ended. Unknown messages are ignored, including keep-alives.
 *
 * <p>For the one thread that reads the stream.
 */
final class ExecutionMessages {
  private static final long MOST_RESULT_CHARACTERS = 64 << 20;
  private static final int LONGEST_ERROR_TEXT = 256 << 10;

  private final int mostResults;
  private final OutputCollector stdout;
  private final OutputCollector stderr;
  private final List<CodeResult> results = new ArrayList<>();
  private long resultCharacters; // of those that are kept
  private int leftOut;
  private @Nullable CodeError error; // the first
  private @Nullable Integer count;

  ExecutionMessages(CodeRequest request) {
    this.mostResults = request.mostResults();
    this.stdout = new OutputCollector(request.captureBytes());
    this.stderr = new OutputCollector(request.captureBytes());
  }

  /**
   * Takes one message, and shows the listener what is in it. Returns true once the run has ended.
   *
   * @throws MalformedStreamException if it is not a JSON object
   */
  boolean accept(byte[] line, CodeListener listener) throws IOException {
    JsonNode json = Json.parsePython(line);
    if (!json.isObject()) {
      throw new MalformedStreamException("a message that is not a JSON object");
    }
    switch (json.path("type").asText("")) {
      case "stdout" -> output(Channel.STDOUT, stdout, json, listener);
      case "stderr" -> output(Channel.STDERR, stderr, json, listener);
      case "result" -> result(json, listener);
      case "error" -> error(json, listener);
      case "number_of_executions" -> count(json.path("execution_count"));
      case "end_of_execution" -> {
        return true;
      }
      default -> {} // keep-alives, and kinds that come later
    }
    return false;
  }

  private static void output(
      Channel channel, OutputCollector collector, JsonNode json, CodeListener listener)
      throws IOException {
    String text = json.path("text").asText("");
    if (!text.isEmpty()) {
      collector.add(text.getBytes(UTF_8));
      listener.onOutput(new CodeOutput(channel, text, Json.instant(json, "timestamp")));
    }
  }

  private void result(JsonNode json, CodeListener listener) throws IOException {
    CodeResult result = Results.of(json);
    long characters = characters(result, json);
    if (results.size() < mostResults && resultCharacters + characters <= MOST_RESULT_CHARACTERS) {
      results.add(result);
      resultCharacters += characters;
    } else {
      leftOut++;
    }
    listener.onResult(result);
  }

  /** About what it takes in memory; tables and charts are counted by their JSON. */
  private static long characters(CodeResult result, JsonNode json) {
    long characters = 0;
    for (ResultFormat format : ResultFormat.values()) {
      characters += result.content(format).map(String::length).orElse(0);
    }
    boolean isStructured = result.data().isPresent() || result.chart().isPresent();
    return characters
        + (isStructured ? json.path("data").toString().length() : 0)
        + (isStructured ? json.path("chart").toString().length() : 0)
        + result.extra().values().stream().mapToLong(String::length).sum();
  }

  private void error(JsonNode json, CodeListener listener) throws IOException {
    CodeError raised =
        new CodeError(text(json, "name"), text(json, "value"), text(json, "traceback"));
    if (error == null) {
      error = raised;
    }
    listener.onError(raised);
  }

  /** Of a text that is too long, the beginning and the end. */
  private static String text(JsonNode json, String field) {
    String text = json.path(field).asText("");
    if (text.length() <= LONGEST_ERROR_TEXT) {
      return text;
    }
    int half = LONGEST_ERROR_TEXT / 2;
    int missing = text.length() - 2 * half;
    return text.substring(0, half)
        + "\n[... "
        + missing
        + " characters missing here ...]\n"
        + text.substring(text.length() - half);
  }

  private void count(JsonNode number) {
    if (number.isIntegralNumber() && number.canConvertToInt()) {
      count = number.intValue();
    }
  }

  /** The result so far. */
  Execution soFar(Duration duration) {
    Execution execution =
        Execution.of(results, stdout.result(), stderr.result(), duration)
            .withResultsLeftOut(leftOut);
    if (error != null) {
      execution = execution.withError(error);
    }
    return count == null ? execution : execution.withExecutionCount(count);
  }
}
