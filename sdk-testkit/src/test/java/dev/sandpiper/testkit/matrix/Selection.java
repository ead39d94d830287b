package dev.sandpiper.testkit.matrix;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** So few cells that each pair of values still meets in one. */
final class Selection {
  private static final int CANDIDATES = 60;

  private Selection() {}

  /** Greedy: of some cells at random, the one with the most pairs that have not met. */
  static List<Cell> pairwise(List<Cell> all) {
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

  /** Each entry of the table is met, and each fault, moment and ending on each row. */
  private static Set<String> pairs(Cell cell) {
    List<Object> values =
        List.of(
            cell.row(),
            cell.operation(),
            AllowedOutcomes.Column.of(cell),
            cell.moment(),
            cell.ending());
    Set<String> pairs = new HashSet<>();
    for (int i = 0; i < values.size(); i++) {
      for (int k = i + 1; k < values.size(); k++) {
        pairs.add(i + "=" + values.get(i) + " " + k + "=" + values.get(k));
      }
    }
    pairs.add("fault=" + cell.fault() + " row=" + cell.row());
    pairs.add("request=" + cell.request().text() + " operation=" + cell.operation());
    return pairs;
  }
}
