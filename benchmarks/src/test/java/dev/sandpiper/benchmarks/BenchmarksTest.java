package dev.sandpiper.benchmarks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchmarksTest {
  @Test
  void eachMeasureRuns() throws Exception {
    List<Row> rows = Benchmarks.measure(true, List.of());

    assertThat(rows).extracting(Row::measure).contains("P1", "P2", "P3", "P5", "P6", "P7", "P11");
    assertThat(rows)
        .filteredOn(row -> row.measured() != null)
        .hasSizeGreaterThan(8)
        .allSatisfy(row -> assertThat(requireNonNull(row.measured()).median()).isPositive());
    assertThat(rows)
        .filteredOn(row -> row.measured() == null)
        .allSatisfy(
            row -> assertThat(row).asString().contains("not measured").doesNotContain("met"));
  }

  @Test
  void aGoalIsMetOnItsOwnSide() {
    Ratio ratio = new Ratio(0.8, 0.7, 0.9);

    assertThat(new Row("P", "w", ratio, Row.Goal.atLeast(0.8))).asString().contains("| met |");
    assertThat(new Row("P", "w", ratio, Row.Goal.atLeast(0.9))).asString().contains("missed");
    assertThat(new Row("P", "w", ratio, Row.Goal.atMost(0.5))).asString().contains("missed");
  }
}
