package dev.sandpiper.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Two programs that run by turns, so that what else the machine does meets both. A ratio is made of
 * two runs side by side.
 */
final class Contest {
  private final List<Figures> ours = new ArrayList<>();
  private final List<Figures> others = new ArrayList<>();

  private Contest() {}

  static Contest of(int rounds, Program ours, Program other)
      throws IOException, InterruptedException {
    Contest contest = new Contest();
    for (int i = 0; i < rounds; i++) {
      contest.ours.add(ours.run());
      contest.others.add(other.run());
    }
    return contest;
  }

  /** Ours divided by the other's. */
  Ratio ratio(ToDoubleFunction<Figures> figure) {
    return of(figure, (mine, its) -> mine / its);
  }

  /** Ours without the other's. */
  Ratio difference(ToDoubleFunction<Figures> figure) {
    return of(figure, (mine, its) -> mine - its);
  }

  private Ratio of(ToDoubleFunction<Figures> figure, DoubleBinaryOperator both) {
    double[] results = new double[ours.size()];
    for (int i = 0; i < results.length; i++) {
      results[i] =
          both.applyAsDouble(
              figure.applyAsDouble(ours.get(i)), figure.applyAsDouble(others.get(i)));
    }
    Arrays.sort(results);
    return new Ratio(results[results.length / 2], results[0], results[results.length - 1]);
  }
}
