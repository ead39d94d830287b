package dev.sandpiper.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The occurrences of a text in a file.
 *
 * @param count the number of non-overlapping occurrences
 * @param lines the line numbers where the first of them begin
 */
record Occurrences(int count, List<Integer> lines) {
  private static final int MOST_SHOWN = 20;

  static Occurrences of(String text, String file) {
    List<Integer> lines = new ArrayList<>();
    int count = 0;
    int line = 1;
    int counted = 0;
    for (int at = file.indexOf(text); at >= 0; at = file.indexOf(text, at + text.length())) {
      count++;
      if (lines.size() < MOST_SHOWN) {
        line += (int) file.substring(counted, at).chars().filter(c -> c == '\n').count();
        counted = at;
        lines.add(line);
      }
    }
    return new Occurrences(count, lines);
  }

  /** Number and lines, as text for the model. */
  @Override
  public String toString() {
    String shown = lines.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return count
        + (count == 1 ? " occurrence at line " : " occurrences at lines ")
        + shown
        + (count > lines.size() ? " and further" : "");
  }
}
