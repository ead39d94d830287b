package dev.sandpiper.benchmarks.local;

import java.util.Arrays;

/** How long something takes, in nanoseconds. */
final class Samples {
  private Samples() {}

  /** What is measured. */
  interface Action {
    void run() throws Exception;
  }

  /** The middle one of several. */
  static double median(int times, Action action) {
    long[] nanos = new long[times];
    for (int i = 0; i < times; i++) {
      nanos[i] = of(action);
    }
    Arrays.sort(nanos);
    return nanos[times / 2];
  }

  static long of(Action action) {
    long began = System.nanoTime();
    try {
      action.run();
    } catch (Exception e) {
      throw new IllegalStateException("what is measured has failed", e);
    }
    return System.nanoTime() - began;
  }
}
