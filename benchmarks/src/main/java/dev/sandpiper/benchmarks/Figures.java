package dev.sandpiper.benchmarks;

import java.util.HashMap;
import java.util.Map;

/** What a program has printed about itself: {@code name=number} words on its last line. */
record Figures(Map<String, Double> values) {
  static Figures parse(String line) {
    Map<String, Double> values = new HashMap<>();
    for (String word : line.trim().split(" ", -1)) {
      int at = word.indexOf('=');
      if (at < 0) throw new IllegalArgumentException("expected figures: " + line);
      values.put(word.substring(0, at), Double.valueOf(word.substring(at + 1)));
    }
    return new Figures(values);
  }

  double get(String name) {
    Double value = values.get(name);
    if (value == null) throw new IllegalArgumentException("no " + name + " in " + values);
    return value;
  }

  /** Bytes or calls in a second. */
  double rate() {
    return get("done") / get("seconds");
  }

  /** Seconds of CPU for each byte or call. */
  double cost() {
    return get("cpu") / get("done");
  }
}
