package dev.sandpiper.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sandpiper.interpreter.Chart;
import dev.sandpiper.interpreter.Chart.Axis;
import dev.sandpiper.interpreter.Chart.Bar;
import dev.sandpiper.interpreter.Chart.Point;
import dev.sandpiper.interpreter.Chart.Slice;
import dev.sandpiper.interpreter.CodeResult;
import dev.sandpiper.interpreter.DataTable;
import dev.sandpiper.interpreter.ResultFormat;
import dev.sandpiper.testing.CapturedLog;
import dev.sandpiper.wire.Json;
import dev.sandpiper.wire.MalformedStreamException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each format of a result, as the service writes it. */
class ResultsTest {
  @BeforeEach
  void clearLog() {
    CapturedLog.clear();
  }

  private static CodeResult result(String json) throws MalformedStreamException {
    return Results.of(Json.parsePython(json.getBytes(UTF_8)));
  }

  private static Chart chart(String json) throws MalformedStreamException {
    return result("{\"type\": \"result\", \"chart\": " + json + "}").chart().orElseThrow();
  }

  @Test
  void textsAreWhatTheyAre() throws Exception {
    CodeResult result =
        result(
            """
            {"type": "result", "is_main_result": true, "text": "t", "html": "<b>", "markdown": "*m*",
             "svg": "<svg/>", "latex": "$x$", "json": {"a": [1, null]}, "javascript": "f()",
             "extra": {"application/x": {"b": 2}, "text/y": "z", "none": null}, "later": 1}""");

    assertThat(result.isMain()).isTrue();
    assertThat(result.text()).contains("t");
    assertThat(result.html()).contains("<b>");
    assertThat(result.markdown()).contains("*m*");
    assertThat(result.svg()).contains("<svg/>");
    assertThat(result.latex()).contains("$x$");
    assertThat(result.json()).contains("{\"a\":[1,null]}");
    assertThat(result.javascript()).contains("f()");
    assertThat(result.extra())
        .containsExactly(Map.entry("application/x", "{\"b\":2}"), Map.entry("text/y", "z"));
    assertThat(result.formats())
        .containsExactly(
            ResultFormat.TEXT,
            ResultFormat.HTML,
            ResultFormat.MARKDOWN,
            ResultFormat.SVG,
            ResultFormat.LATEX,
            ResultFormat.JSON,
            ResultFormat.JAVASCRIPT,
            ResultFormat.EXTRA);
    assertThat(result.png()).isEmpty();
    assertThat(result).hasToString("CodeResult" + result.formats());
  }

  @Test
  void imagesAreBytesAlsoWhereTheirBase64IsInLines() throws Exception {
    CodeResult result =
        result("{\"png\": \"iVBO\\nRw==\\n\", \"jpeg\": \"/9j/\", \"pdf\": \"JVBERg==\"}");

    assertThat(result.png().orElseThrow()).containsExactly(0x89, 'P', 'N', 'G');
    assertThat(result.jpeg().orElseThrow()).containsExactly(0xff, 0xd8, 0xff);
    assertThat(result.pdf().orElseThrow()).containsExactly('%', 'P', 'D', 'F');
    result.png().orElseThrow()[0] = 0;
    assertThat(result.png().orElseThrow()[0]).isEqualTo((byte) 0x89);
    assertThatIllegalArgumentException().isThrownBy(() -> result.bytes(ResultFormat.TEXT));
  }

  @Test
  void aFormatThatCannotBeReadLeavesTheOthers() throws Exception {
    CodeResult result =
        result("{\"text\": \"t\", \"png\": \"!!\", \"html\": 5, \"data\": [], \"chart\": \"c\"}");

    assertThat(result.formats()).containsExactly(ResultFormat.TEXT);
    assertThat(result.unreadable())
        .containsOnly(
            Map.entry(ResultFormat.PNG, "its 2 characters are not base64"),
            Map.entry(ResultFormat.HTML, "it is not a text"),
            Map.entry(ResultFormat.DATA, "it is not a JSON object"),
            Map.entry(ResultFormat.CHART, "it is not a JSON object"));
  }

  @Test
  void aDataFrameKeepsItsColumnsAndItsKinds() throws Exception {
    DataTable table =
        result("{\"data\": {\"b\": [1, 2.5, NaN], \"a\": [\"x\", null, true, [1], 1e400]}}")
            .data()
            .orElseThrow();

    assertThat(table.rows()).isEqualTo(5);
    assertThat(table.columns().get(0).name()).isEqualTo("b");
    assertThat(table.columns().get(0).values()).containsExactly(1L, 2.5, Double.NaN);
    assertThat(table.columns().get(1).values())
        .isEqualTo(Arrays.asList("x", null, true, "[1]", Double.POSITIVE_INFINITY));
    assertThat(table).hasToString("DataTable[2 columns, 5 rows]");
    assertThat(result("{\"data\": {\"a\": 1}}").unreadable()).containsKey(ResultFormat.DATA);
  }

  @Test
  void aLineHasAxesAndSeries() throws Exception {
    Chart chart =
        chart(
            """
            {"type": "line", "title": "T", "x_label": "t (s)", "y_label": null, "x_unit": "s",
             "x_scale": "datetime", "x_ticks": [0, "b"], "x_tick_labels": ["zero", "b"],
             "elements": [{"label": "l", "points": [["2026-01-01", 1], [2, 3.5]]}]}""");

    assertThat(chart)
        .isEqualTo(
            new Chart.Line(
                "T",
                new Axis("t (s)", "s", "datetime", List.of(0.0, "b"), List.of("zero", "b")),
                new Axis(null, null, null, List.of(), List.of()),
                List.of(
                    new Chart.Series(
                        "l", List.of(new Point("2026-01-01", 1.0), new Point(2.0, 3.5))))));
  }

  @Test
  void theOtherKindsAreTyped() throws Exception {
    assertThat(chart("{\"type\": \"scatter\", \"elements\": [{\"points\": []}]}"))
        .isInstanceOf(Chart.Scatter.class);
    Chart.Bars bars =
        (Chart.Bars)
            chart(
                "{\"type\": \"bar\", \"elements\": [{\"label\": \"a\", \"group\": \"g\", \"value\":"
                    + " 3}]}");
    assertThat(bars.bars()).containsExactly(new Bar("a", "g", 3.0));
    Chart.Pie pie =
        (Chart.Pie)
            chart(
                "{\"type\": \"pie\", \"title\": null, \"elements\": [{\"label\": \"a\", \"angle\":"
                    + " 90, \"radius\": 1}]}");
    assertThat(pie.slices()).containsExactly(new Slice("a", 90, 1));
    Chart.BoxAndWhisker boxes =
        (Chart.BoxAndWhisker)
            chart(
                """
                {"type": "box_and_whisker", "elements": [{"label": "b", "min": 1, "first_quartile": 2,
                 "median": 3, "third_quartile": 4, "max": 5, "outliers": [9.5]}]}""");
    assertThat(boxes.boxes()).containsExactly(new Chart.Box("b", 1, 2, 3, 4, 5, List.of(9.5)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"type\": \"radar\", \"elements\": []}",
        "{\"type\": \"line\"}",
        "{\"type\": \"line\", \"elements\": [{\"label\": \"a\"}]}",
        "{\"type\": \"line\", \"elements\": [{\"points\": [[1]]}]}",
        "{\"type\": \"bar\", \"elements\": [{\"label\": \"a\"}]}",
        "{\"type\": \"pie\", \"elements\": [{\"angle\": 1}]}",
        "{\"type\": \"box_and_whisker\", \"elements\": [{\"min\": 1}]}",
        "{\"type\": \"box_and_whisker\", \"elements\": [{\"min\": 1, \"first_quartile\": 2, \"median\": 3,"
            + " \"third_quartile\": 4, \"max\": 5, \"outliers\": [{}]}]}",
        "{\"type\": \"superchart\", \"elements\": {}}"
      })
  void aChartThatLacksSomethingIsGivenAsItCame(String json) throws Exception {
    Chart.Unknown unknown = (Chart.Unknown) chart(json);
    assertThat(unknown.json()).isEqualTo(json.replace(": ", ":").replace(", ", ","));
  }

  @Test
  void aSuperchartKeepsWhatCanBeRead() throws Exception {
    Chart.Superchart all =
        (Chart.Superchart)
            chart(
                "{\"type\": \"superchart\", \"title\": \"S\", \"elements\": [{\"type\": \"pie\","
                    + " \"elements\": []}, 7, {\"type\": \"line\"}]}");

    assertThat(all.charts())
        .containsExactly(
            new Chart.Pie(null, List.of()), new Chart.Unknown(null, "line", "{\"type\":\"line\"}"));
    assertThat(CapturedLog.lines())
        .anyMatch(line -> line.contains("a chart within a superchart was left out"));
  }
}
