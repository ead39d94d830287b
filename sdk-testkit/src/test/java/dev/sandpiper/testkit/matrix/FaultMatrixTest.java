package dev.sandpiper.testkit.matrix;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.SandboxClient;
import dev.sandpiper.testkit.LocalSandboxes;
import dev.sandpiper.testkit.matrix.Trial.Ground;
import dev.sandpiper.testkit.promises.Leftovers;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each operation of each platform meets each fault at each moment, and ends as {@code
 * docs/matrix.md} allows, in the time that it allows: so many cells that each pair of values meets,
 * without those that take minutes; with {@code -Dsandpiper.matrix=REGEX}, all that it matches, with
 * {@code -Dsandpiper.matrix.times=N} each so often. What each did is in {@code target/matrix.txt}.
 */
class FaultMatrixTest {
  /** Most of them wait most of the time. */
  private static final int AT_ONCE = 8;

  private static final @Nullable String ONLY = System.getProperty("sandpiper.matrix");
  private static final int TIMES = Integer.getInteger("sandpiper.matrix.times", 1);

  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Queue<String> seen = new ConcurrentLinkedQueue<>();
  private final Map<Row, Ground> grounds = new EnumMap<>(Row.class);
  @TempDir Path directory;

  private static List<Cell> cells() {
    List<Cell> all = Cell.all();
    if (ONLY != null) {
      return all.stream()
          .filter(cell -> cell.toString().matches(ONLY))
          .flatMap(cell -> Collections.nCopies(TIMES, cell).stream())
          .toList();
    }
    return Selection.pairwise(all.stream().filter(cell -> !takesMinutes(cell)).toList());
  }

  /** Blaxel's gateway gives up on creations that go on, so that one is looked for two minutes. */
  private static boolean takesMinutes(Cell cell) {
    return cell.operation() == SandboxOperation.CREATE
        && cell.row().isBlaxel()
        && cell.fault() == FaultKind.GATEWAY_TIMEOUT;
  }

  @Test
  void everyCellTellsTheTruthInTime() throws Exception {
    List<Cell> cells = new ArrayList<>(cells());
    Collections.shuffle(cells, new Random(1)); // or all that wait would run at once
    try (LocalSandboxes local = LocalSandboxes.start();
        SandboxClient e2b = Row.E2B_BINARY.client(local);
        SandboxClient blaxel = Row.BLAXEL.client(local)) {
      for (Row row : Row.values()) {
        SandboxClient client = row.isBlaxel() ? blaxel : e2b;
        grounds.put(row, Ground.of(local, client));
      }
      run(cells);
      grounds.values().forEach(ground -> ground.sandbox().close());
    } finally {
      Files.createDirectories(Path.of("target"));
      Files.write(Path.of("target", "matrix.txt"), seen.stream().sorted().toList());
      deleteArchives();
    }
    assertThat(failures).as("failures of %d cells", cells.size()).isEmpty();
  }

  /** What a fault keeps a copy of a directory from deleting stays on this machine. */
  private static void deleteArchives() throws IOException {
    for (Path archive : Leftovers.archivesWith(Trial.LONG.substring(0, 1_000))) {
      Files.deleteIfExists(archive);
    }
  }

  private void run(List<Cell> cells) throws Exception {
    AllowedOutcomes allowed = AllowedOutcomes.read();
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < cells.size(); i++) {
        Path own = Files.createDirectory(directory.resolve("cell-" + i));
        Cell cell = cells.get(i);
        running.add(threads.submit(() -> run(cell, allowed, own)));
      }
      for (Future<?> each : running) {
        each.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void run(Cell cell, AllowedOutcomes allowed, Path own) {
    long began = System.nanoTime();
    String ended;
    try {
      ended = new Trial(cell, allowed, requireNonNull(grounds.get(cell.row())), own).run().name();
    } catch (Exception | AssertionError e) {
      StringWriter trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      failures.add(cell + ": " + trace);
      ended = "FAILED " + String.valueOf(e.getMessage()).replace('\n', ' ');
    }
    seen.add(cell + ": " + ended + ", " + (System.nanoTime() - began) / 1_000_000 + " ms");
  }
}
