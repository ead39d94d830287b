package dev.sandpiper.testkit.matrix;

import dev.sandpiper.testkit.matrix.Cell.Ending;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** All cells, or so few of them that each pair of values still meets in one. */
final class Pairwise {
  private static final int CANDIDATES = 60;

  private Pairwise() {}

  static List<Cell> all() {
    List<Cell> cells = new ArrayList<>();
    for (Row row : Row.values()) {
      for (Operation operation : Operation.values()) {
        for (FaultKind fault : FaultKind.values()) {
          for (Moment moment : Moment.values()) {
            for (int request = 0; request < Cell.REQUESTS; request++) {
              for (Ending ending : Ending.values()) {
                Cell cell = new Cell(row, operation, fault, moment, request, ending);
                if (cell.isPossible()) cells.add(cell);
              }
            }
          }
        }
      }
    }
    return cells;
  }

  /** Greedy: of some cells at random, the one with the most pairs that have not met. */
  static List<Cell> selection() {
    List<Cell> all = all();
    Set<String> missing = new HashSet<>();
    all.forEach(cell -> missing.addAll(pairs(cell)));
    Random random = new Random(14);
    List<Cell> chosen = new ArrayList<>();
    while (!missing.isEmpty()) {
      Cell best = all.get(random.nextInt(all.size()));
      long most = -1;
      for (int i = 0; i < CANDIDATES; i++) {
        Cell candidate = all.get(random.nextInt(all.size()));
        long met = pairs(candidate).stream().filter(missing::contains).count();
        if (met > most) {
          best = candidate;
          most = met;
        }
      }
      if (most > 0 && missing.removeAll(pairs(best))) chosen.add(best);
    }
    return chosen;
  }

  private static Set<String> pairs(Cell cell) {
    Object[] values = cell.values();
    Set<String> pairs = new HashSet<>();
    for (int i = 0; i < values.length; i++) {
      for (int k = i + 1; k < values.length; k++) {
        pairs.add(i + "=" + values[i] + " " + k + "=" + values[k]);
      }
    }
    return pairs;
  }
}
