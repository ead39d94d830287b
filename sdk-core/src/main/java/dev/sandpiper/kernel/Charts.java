package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.interpreter.Chart;
import dev.sandpiper.interpreter.Chart.Axis;
import dev.sandpiper.interpreter.Chart.Bar;
import dev.sandpiper.interpreter.Chart.Box;
import dev.sandpiper.interpreter.Chart.BoxAndWhisker;
import dev.sandpiper.interpreter.Chart.Pie;
import dev.sandpiper.interpreter.Chart.Point;
import dev.sandpiper.interpreter.Chart.Series;
import dev.sandpiper.interpreter.Chart.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Charts as the service describes them. A chart of an unknown type, or without a required field, is
 * a {@link Chart.Unknown} with its JSON.
 */
final class Charts {
  private static final Logger log = LoggerFactory.getLogger(Charts.class);

  private Charts() {}

  /**
   * @param json an object
   */
  static Chart of(JsonNode json) {
    return known(json)
        .orElseGet(
            () -> new Chart.Unknown(title(json), json.path("type").asText(""), json.toString()));
  }

  private static Optional<Chart> known(JsonNode json) {
    return switch (json.path("type").asText("")) {
      case "line" ->
          elements(json, Charts::series)
              .map(series -> new Chart.Line(title(json), x(json), y(json), series));
      case "scatter" ->
          elements(json, Charts::series)
              .map(series -> new Chart.Scatter(title(json), x(json), y(json), series));
      case "bar" ->
          elements(json, Charts::bar)
              .map(bars -> new Chart.Bars(title(json), x(json), y(json), bars));
      case "pie" -> elements(json, Charts::slice).map(slices -> new Pie(title(json), slices));
      case "box_and_whisker" ->
          elements(json, Charts::box)
              .map(boxes -> new BoxAndWhisker(title(json), x(json), y(json), boxes));
      case "superchart" -> superchart(json);
      default -> Optional.empty();
    };
  }

  private static Optional<Chart> superchart(JsonNode json) {
    if (!json.path("elements").isArray()) {
      return Optional.empty();
    }
    List<Chart> charts = new ArrayList<>();
    for (JsonNode nested : json.path("elements")) {
      if (nested.isObject()) {
        charts.add(of(nested));
      } else {
        log.warn("a chart within a superchart was left out: it is not a JSON object");
      }
    }
    return Optional.of(new Chart.Superchart(title(json), charts));
  }

  /** All elements; empty if they are not there, or one of them lacks something. */
  private static <T> Optional<List<T>> elements(
      JsonNode json, Function<JsonNode, Optional<T>> read) {
    return all(json.path("elements"), read);
  }

  private static <T> Optional<List<T>> all(JsonNode array, Function<JsonNode, Optional<T>> read) {
    if (!array.isArray()) {
      return Optional.empty();
    }
    List<T> all = new ArrayList<>(array.size());
    for (JsonNode one : array) {
      Optional<T> element = read.apply(one);
      if (element.isEmpty()) {
        return Optional.empty();
      }
      all.add(element.get());
    }
    return Optional.of(all);
  }

  private static Optional<Series> series(JsonNode json) {
    return all(json.path("points"), Charts::point)
        .map(points -> new Series(label(json, "label"), points));
  }

  private static Optional<Point> point(JsonNode json) {
    return PlainValues.coordinate(json.path(0))
        .flatMap(x -> PlainValues.coordinate(json.path(1)).map(y -> new Point(x, y)));
  }

  private static Optional<Bar> bar(JsonNode json) {
    return PlainValues.coordinate(json.path("value"))
        .map(value -> new Bar(label(json, "label"), label(json, "group"), value));
  }

  private static Optional<Slice> slice(JsonNode json) {
    return numbers(json, "angle", "radius")
        .map(all -> new Slice(label(json, "label"), all.get(0), all.get(1)));
  }

  private static Optional<Box> box(JsonNode json) {
    return all(json.path("outliers"), PlainValues::number).flatMap(outliers -> box(json, outliers));
  }

  private static Optional<Box> box(JsonNode json, List<Double> outliers) {
    return numbers(json, "min", "first_quartile", "median", "third_quartile", "max")
        .map(
            all ->
                new Box(
                    label(json, "label"),
                    all.get(0),
                    all.get(1),
                    all.get(2),
                    all.get(3),
                    all.get(4),
                    outliers));
  }

  private static Optional<List<Double>> numbers(JsonNode json, String... fields) {
    List<Double> all = new ArrayList<>();
    for (String field : fields) {
      PlainValues.number(json.path(field)).ifPresent(all::add);
    }
    return all.size() == fields.length ? Optional.of(all) : Optional.empty();
  }

  private static Axis x(JsonNode json) {
    return axis(json, "x_");
  }

  private static Axis y(JsonNode json) {
    return axis(json, "y_");
  }

  private static Axis axis(JsonNode json, String prefix) {
    return new Axis(
        label(json, prefix + "label"),
        label(json, prefix + "unit"),
        label(json, prefix + "scale"),
        all(json.path(prefix + "ticks"), PlainValues::coordinate).orElse(List.of()),
        all(json.path(prefix + "tick_labels"), text -> Optional.ofNullable(PlainValues.label(text)))
            .orElse(List.of()));
  }

  private static @Nullable String title(JsonNode json) {
    return label(json, "title");
  }

  private static @Nullable String label(JsonNode json, String field) {
    return PlainValues.label(json.path(field));
  }
}
