package dev.sandpiper.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The end-of-stream message of a Connect stream, which is JSON in both codecs.
 *
 * @param error empty if the stream succeeded
 * @param trailers the metadata, with the values of each key in order
 */
public record ConnectEnd(Optional<ConnectError> error, Map<String, List<String>> trailers) {

  static ConnectEnd parse(byte[] payload) throws MalformedStreamException {
    JsonNode json = Json.parse(payload);
    if (!json.isObject()) {
      throw new MalformedStreamException("the end-of-stream message is not a JSON object");
    }
    JsonNode error = json.path("error");
    Optional<ConnectError> failure =
        error.isMissingNode() || error.isNull()
            ? Optional.empty()
            : Optional.of(ConnectError.of(error, ConnectCode.UNKNOWN));
    return new ConnectEnd(failure, trailers(json.path("metadata")));
  }

  private static Map<String, List<String>> trailers(JsonNode metadata) {
    Map<String, List<String>> trailers = new LinkedHashMap<>();
    metadata
        .properties()
        .forEach(
            entry -> {
              List<String> values = new ArrayList<>();
              entry.getValue().forEach(value -> values.add(value.asText()));
              trailers.put(entry.getKey(), List.copyOf(values));
            });
    return trailers;
  }
}
