package dev.sandpiper.e2b.sessions;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A process as the server describes it: all lines that it has written so far, each with the line
 * feed that the server removed.
 *
 * @param finished whether it has ended; its exit status is not reported
 */
record ProcessState(String id, List<Output> stdout, List<Output> stderr, boolean finished) {
  private static final long NANOS = 1_000_000_000;

  /** Parses a response, or throws if it is malformed. */
  static ProcessState read(HttpResponse response) {
    JsonNode json = JsonApi.json(response);
    if (!json.path("finished").isBoolean()) {
      throw new WireFormatException(response.failure("a process that is neither finished nor not"));
    }
    return new ProcessState(
        SessionCalls.requiredId(json, "processID", response),
        lines(json.path("stdout"), Channel.STDOUT, response),
        lines(json.path("stderr"), Channel.STDERR, response),
        json.path("finished").booleanValue());
  }

  private static List<Output> lines(JsonNode list, Channel channel, HttpResponse response) {
    List<Output> lines = new ArrayList<>();
    for (JsonNode entry : list) {
      if (!entry.path("line").isTextual()) {
        throw new WireFormatException(response.failure("a line that is not a text"));
      }
      Output line = Output.of(channel, (entry.path("line").textValue() + "\n").getBytes(UTF_8));
      JsonNode time = entry.path("timestamp");
      lines.add(
          time.isIntegralNumber() && time.canConvertToLong()
              ? line.writtenAt(instant(time.longValue()))
              : line);
    }
    return lines;
  }

  /** Nanoseconds since 1970 exceed 2^53: as a floating point number they would lose digits. */
  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
  }
}
