package dev.sandpiper.benchmarks;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A line of the report.
 *
 * @param measured null where it could not be measured: a peer or a JDK is missing
 * @param goal null where it is only reported
 */
record Row(String measure, String what, @Nullable Ratio measured, @Nullable Goal goal) {

  /** What a ratio has to be. */
  record Goal(boolean isAtLeast, double value) {
    static Goal atLeast(double value) {
      return new Goal(true, value);
    }

    static Goal atMost(double value) {
      return new Goal(false, value);
    }

    boolean isMetBy(double ratio) {
      return isAtLeast ? ratio >= value : ratio <= value;
    }

    @Override
    public String toString() {
      return (isAtLeast ? "≥ " : "≤ ") + number(value);
    }
  }

  /** As a row of a table in Markdown. */
  @Override
  public String toString() {
    String wanted = goal == null ? "" : goal.toString();
    if (measured == null)
      return "| " + measure + " | " + what + " | not measured | | " + wanted + " | |";
    String verdict = goal == null ? "" : goal.isMetBy(measured.median()) ? "met" : "**missed**";
    return String.join(
        " | ",
        "| " + measure,
        what,
        number(measured.median()),
        number(measured.least()) + " to " + number(measured.most()),
        wanted,
        verdict + " |");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : "%.0f", value);
  }
}
