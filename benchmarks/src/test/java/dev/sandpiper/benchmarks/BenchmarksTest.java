package dev.sandpiper.benchmarks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.benchmarks.server.BenchmarkServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BenchmarksTest {
  @Test
  void eachMeasureRuns() throws Exception {
    List<Row> rows = new ArrayList<>();
    // Beside each other, because nobody looks at the figures.
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try (Server server = Server.start(BenchmarkServer.class)) {
      Setting setting = Setting.small(server.url());
      List<Callable<List<Row>>> measures = new ArrayList<>();
      for (Measure measure : Benchmarks.MEASURES) measures.add(() -> measure.rows(setting));
      for (Future<List<Row>> measured : threads.invokeAll(measures)) rows.addAll(measured.get());
    } finally {
      threads.shutdownNow();
    }

    assertThat(rows)
        .extracting(Row::measure)
        .contains("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12")
        .contains("P13", "P14");
    assertThat(rows)
        .filteredOn(row -> row.measured() != null)
        .hasSizeGreaterThan(8)
        // A difference of two times may be below zero on a busy machine.
        .allSatisfy(row -> assertThat(requireNonNull(row.measured()).median()).isFinite());
    assertThat(rows)
        .filteredOn(row -> row.measured() == null)
        .allSatisfy(
            row -> assertThat(row).asString().contains("not measured").doesNotContain("met"));
  }

  @Test
  void theCostIsDrawnAsItGrows() throws Exception {
    try (Server server = Server.start(BenchmarkServer.class)) {
      Plot plot = new Growth(Setting.small(server.url())).payloads();

      assertThat(plot.lines()).hasSizeGreaterThanOrEqualTo(3);
      assertThat(plot.svg()).startsWith("<svg").contains("polyline").endsWith("</svg>\n");
    }
  }

  @Test
  void aGoalIsMetOnItsOwnSide() {
    Ratio ratio = new Ratio(0.8, 0.7, 0.9);

    assertThat(new Row("P", "w", ratio, Row.Goal.atLeast(0.8))).asString().contains("| met |");
    assertThat(new Row("P", "w", ratio, Row.Goal.atLeast(0.9))).asString().contains("missed");
    assertThat(new Row("P", "w", ratio, Row.Goal.atMost(0.5))).asString().contains("missed");
  }
}
