package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON values as values of Java. */
final class PlainValues {
  private PlainValues() {}

  /** A value of a table; what is nested is its JSON. */
  static @Nullable Object cell(JsonNode json) {
    if (json.isNull()) {
      return null;
    }
    if (json.isBoolean()) {
      return json.booleanValue();
    }
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      return json.longValue();
    }
    if (json.isNumber()) {
      return json.doubleValue();
    }
    return json.isTextual() ? json.textValue() : json.toString();
  }

  /** A coordinate or a value of a chart: a number, or a moment or a category as text. */
  static Optional<Object> coordinate(JsonNode json) {
    if (json.isNumber()) {
      return Optional.of(json.doubleValue());
    }
    return json.isTextual() ? Optional.of(json.textValue()) : Optional.empty();
  }

  static Optional<Double> number(JsonNode json) {
    return json.isNumber() ? Optional.of(json.doubleValue()) : Optional.empty();
  }

  /** Null if it is missing or null; what is not a text is its JSON. */
  static @Nullable String label(JsonNode json) {
    if (json.isMissingNode() || json.isNull()) {
      return null;
    }
    return json.isTextual() ? json.textValue() : json.toString();
  }
}
