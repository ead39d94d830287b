package dev.sandpiper.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * One question, which some rows of the report answer.
 *
 * @param name by which it is chosen on the command line
 */
record Measure(String name, Answer answer) {
  /** Blocks for as long as it takes. */
  interface Answer {
    List<Row> rows(String name, Setting setting) throws IOException, InterruptedException;
  }

  List<Row> rows(Setting setting) throws IOException, InterruptedException {
    return answer.rows(name, setting);
  }
}
