package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.TickClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** From the server's write to the caller's eyes, against a raw socket. */
final class Latency {
  private static final int MICROS = 400;

  private Latency() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (String way : List.of("listener", "events")) {
      Contest contest =
          Contest.of(
              setting.rounds(), program("ours", way, setting), program("raw", "raw", setting));
      rows.add(row(name, way, "half", contest.ratio(figures -> figures.get("p50")), 1.5));
      rows.add(row(name, way, "99 of 100", contest.ratio(figures -> figures.get("p99")), 5));
    }
    return rows;
  }

  private static Program program(String name, String way, Setting setting) {
    return Program.java(name, TickClient.class, way, setting.server(), MICROS, setting.calls());
  }

  private static Row row(String name, String way, String share, Ratio ratio, double goal) {
    String what = "an event's way to " + way + ", " + share + " within: of a raw socket's";
    return new Row(name, what, ratio, Goal.atMost(goal));
  }
}
