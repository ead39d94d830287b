package dev.sandpiper.testkit.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each operation of each platform meets each fault at each moment, and tells the truth in time.
 * With {@code -Pexhaustive}, so many cells that each pair of values meets; with {@code
 * -Dsandpiper.matrix=.*}, all.
 */
class FaultMatrixTest {
  private static final int AT_ONCE = 8;

  /** A regular expression, to look at some cells by themselves. */
  private static final @Nullable String ONLY = System.getProperty("sandpiper.matrix");

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger injected = new AtomicInteger();
  @TempDir Path directory;

  private static List<Cell> cells(Row row) {
    assumeTrue(ONLY != null || Boolean.getBoolean("sandpiper.exhaustive"), "for -Pexhaustive");
    List<Cell> cells = ONLY == null ? Pairwise.selection() : Pairwise.all();
    return cells.stream()
        .filter(cell -> cell.row() == row)
        .filter(cell -> ONLY == null || cell.toString().matches(ONLY))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void everyCellTellsTheTruthInTime(Row row) throws Exception {
    List<Cell> cells = cells(row);
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient client = row.client(local);
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      Path home = Path.of(sandbox.exec("pwd").outText().strip());
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < cells.size(); i++) {
        Cell cell = cells.get(i);
        Trial trial = new Trial(cell, local, client, sandbox, home, directory, "cell-" + i);
        running.add(threads.submit(() -> run(cell, trial)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(failures).as("failures of %d cells", cells.size()).isEmpty();
    assertThat(injected.get())
        .as("faults that met a request")
        .isGreaterThanOrEqualTo(cells.size() / 2);
  }

  private void run(Cell cell, Trial trial) {
    try {
      if (trial.run()) injected.incrementAndGet();
    } catch (Exception | AssertionError e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      failures.add(cell + ": " + trace);
    }
  }
}
