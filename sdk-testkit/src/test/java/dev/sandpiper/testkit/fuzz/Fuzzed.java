package dev.sandpiper.testkit.fuzz;

import java.io.IOException;

/** What Jazzer calls with each input; which reader gets it is a property. */
public final class Fuzzed {
  private static final Target TARGET = Targets.named(System.getProperty("sandpiper.fuzz.target"));

  private Fuzzed() {}

  /** Has classes loaded and instrumented before time counts. */
  public static void fuzzerInitialize() throws IOException {
    Corpus.of(TARGET).forEach(TARGET::run);
  }

  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.run(input);
  }
}
