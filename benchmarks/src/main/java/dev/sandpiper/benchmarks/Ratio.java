package dev.sandpiper.benchmarks;

/** What was measured of two things side by side: of several rounds the middle and the spread. */
record Ratio(double median, double least, double most) {

  /** What does not differ from round to round. */
  static Ratio exactly(double value) {
    return new Ratio(value, value, value);
  }
}
