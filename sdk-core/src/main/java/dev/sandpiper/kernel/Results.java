package dev.sandpiper.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.DataTable;
import dev.sandpiper.interpreter.DataTable.Column;
import dev.sandpiper.interpreter.ResultFormat;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Results as the service describes them. A format that cannot be read is named as such, and leaves
 * the others of the result as they are: the code has run, and its other results are good.
 */
final class Results {
  private static final List<ResultFormat> CONTENTS =
      List.of(
          ResultFormat.TEXT,
          ResultFormat.HTML,
          ResultFormat.MARKDOWN,
          ResultFormat.SVG,
          ResultFormat.PNG,
          ResultFormat.JPEG,
          ResultFormat.PDF,
          ResultFormat.LATEX,
          ResultFormat.JSON,
          ResultFormat.JAVASCRIPT);

  private final JsonNode json;
  private final Map<ResultFormat, String> contents = new EnumMap<>(ResultFormat.class);
  private final Map<ResultFormat, String> unreadable = new EnumMap<>(ResultFormat.class);

  private Results(JsonNode json) {
    this.json = json;
  }

  static CodeResult of(JsonNode json) {
    return new Results(json).read();
  }

  private CodeResult read() {
    CONTENTS.forEach(this::readContent);
    Optional<DataTable> data = object(ResultFormat.DATA).flatMap(this::table);
    Optional<JsonNode> chart = object(ResultFormat.CHART);
    Map<String, String> extra = object(ResultFormat.EXTRA).map(Results::texts).orElse(Map.of());
    CodeResult result =
        CodeResult.of(json.path("is_main_result").asBoolean(false), contents)
            .withExtra(extra)
            .withUnreadable(unreadable);
    result = data.map(result::withData).orElse(result);
    return chart.map(Charts::of).map(result::withChart).orElse(result);
  }

  private @Nullable JsonNode value(ResultFormat format) {
    JsonNode value = json.path(format.wireName());
    return value.isMissingNode() || value.isNull() ? null : value;
  }

  private void readContent(ResultFormat format) {
    JsonNode value = value(format);
    if (value == null) {
      return;
    }
    if (format == ResultFormat.JSON) {
      contents.put(format, value.toString());
    } else if (!value.isTextual()) {
      unreadable.put(format, "it is not a text");
    } else if (format.isBinary()) {
      readBase64(format, value.textValue());
    } else {
      contents.put(format, value.textValue());
    }
  }

  /** Some kernels break base64 into lines. */
  private void readBase64(ResultFormat format, String text) {
    String compact = text.replaceAll("[\\r\\n ]+", "");
    try {
      int unused = Base64.getDecoder().decode(compact).length;
      contents.put(format, compact);
    } catch (IllegalArgumentException e) {
      unreadable.put(format, "its " + text.length() + " characters are not base64");
    }
  }

  private Optional<JsonNode> object(ResultFormat format) {
    JsonNode value = value(format);
    if (value == null || value.isObject()) {
      return Optional.ofNullable(value);
    }
    unreadable.put(format, "it is not a JSON object");
    return Optional.empty();
  }

  private Optional<DataTable> table(JsonNode data) {
    List<Column> columns = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : data.properties()) {
      if (!field.getValue().isArray()) {
        unreadable.put(ResultFormat.DATA, "its columns are not arrays");
        return Optional.empty();
      }
      columns.add(column(field.getKey(), field.getValue()));
    }
    return Optional.of(new DataTable(columns));
  }

  private static Column column(String name, JsonNode values) {
    List<@Nullable Object> cells = new ArrayList<>(values.size());
    values.forEach(value -> cells.add(PlainValues.cell(value)));
    return new Column(name, cells);
  }

  private static Map<String, String> texts(JsonNode extra) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : extra.properties()) {
      String text = PlainValues.label(field.getValue());
      if (text != null) {
        texts.put(field.getKey(), text);
      }
    }
    return texts;
  }
}
