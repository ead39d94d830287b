package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.StatClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A short question on a warm connection. */
final class UnaryCall {
  private UnaryCall() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    Program ours = program("ours", "ours", setting);
    for (String floor : List.of("raw", "okhttp")) {
      Contest contest = Contest.of(setting.rounds(), ours, program(floor, floor, setting));
      Goal goal = Goal.atMost(floor.equals("raw") ? 4 : 1.5);
      rows.add(new Row(name, "stat: time of " + floor, contest.ratio(UnaryCall::each), goal));
    }
    Optional<Program> peer = Peers.node("e2b", "e2b_stat.mjs", setting.server(), setting.calls());
    Ratio ratio =
        peer.isEmpty()
            ? null
            : Contest.of(setting.againstPeers().rounds(), ours, peer.get()).ratio(UnaryCall::each);
    rows.add(new Row(name, "stat: time of e2b's on Node", ratio, Goal.atMost(1 / 6.0)));
    rows.add(againstPython(name, setting, ours));
    return rows;
  }

  private static Row againstPython(String name, Setting setting, Program ours)
      throws IOException, InterruptedException {
    Optional<Program> peer = Peers.python("e2b_stat.py", setting.server(), setting.calls());
    Ratio ratio =
        peer.isEmpty()
            ? null
            : Contest.of(setting.againstPeers().rounds(), ours, peer.get()).ratio(UnaryCall::each);
    return new Row(name, "stat: time of e2b's on Python", ratio, null);
  }

  private static double each(Figures figures) {
    return 1 / figures.rate();
  }

  private static Program program(String name, String way, Setting setting) {
    return Program.java(name, StatClient.class, way, setting.server(), setting.calls());
  }
}
