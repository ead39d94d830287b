package dev.sandpiper.benchmarks;

import java.io.IOException;
import java.util.List;

/** One question, which some rows of the report answer. */
interface Measure {
  /** By which it is chosen on the command line. */
  String name();

  /** Blocks for as long as it takes. */
  List<Row> rows(Setting setting) throws IOException, InterruptedException;
}
