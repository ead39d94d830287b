package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.OutputClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How much output a listener reads in a second, and what that costs. */
final class Throughput {
  private static final int LINE = 80;

  /** Allocated for each event above what OkHttp needs: the payload and a few objects. */
  private static final int OBJECTS = 200;

  private Throughput() {}

  private static Program ours(String way, Setting setting, String format, int size) {
    return program("ours", way, setting, format, size);
  }

  private static Program program(
      String name, String way, Setting setting, String format, int size) {
    return Program.java(
        name,
        OutputClient.class,
        way,
        setting.server(),
        format,
        size,
        setting.messages(size),
        setting.streams());
  }

  /** E2B's binary messages against OkHttp that discards them. */
  static List<Row> binary(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (int size : setting.sizes()) {
      Contest contest = againstOkHttp("listener", setting, "binary", size);
      String what = "E2B binary, listener, " + size + " bytes: ";
      rows.add(throughput(name, what, contest, 0.8));
      rows.add(
          new Row(name, what + "CPU of OkHttp's", contest.ratio(Figures::cost), Goal.atMost(1.5)));
      rows.add(allocation(what, contest, size));
    }
    for (int size : setting.sizes()) {
      Contest contest = againstOkHttp("events", setting, "binary", size);
      rows.add(throughput(name, "E2B binary, events(), " + size + " bytes: ", contest, 0.8));
    }
    rows.add(collecting(setting));
    return rows;
  }

  /** One long stream, of which each piece is garbage at once. */
  private static Row collecting(Setting setting) throws IOException, InterruptedException {
    int size = 4_096;
    long messages = setting.streamMegabytes() * 1_000_000L / size;
    Figures figures =
        Program.java(
                "ours",
                OutputClient.class,
                "listener",
                setting.server(),
                "binary",
                size,
                messages,
                1)
            .run();
    return new Row(
        "P11",
        "share of a stream of " + setting.streamMegabytes() + " MB that the collector took",
        Ratio.exactly(figures.get("collecting") / figures.get("seconds")),
        Goal.atMost(0.01));
  }

  private static Row allocation(String what, Contest contest, int size) {
    double goal = (size + OBJECTS) / (double) size;
    Ratio above = contest.difference(figures -> figures.get("allocated") / figures.get("done"));
    return new Row(
        "P11", what + "allocated above OkHttp's, of the payload", above, Goal.atMost(goal));
  }

  private static Row throughput(String measure, String what, Contest contest, double goal) {
    return new Row(
        measure, what + "throughput of OkHttp's", contest.ratio(Figures::rate), Goal.atLeast(goal));
  }

  private static Contest againstOkHttp(String way, Setting given, String format, int size)
      throws IOException, InterruptedException {
    Setting setting = given.withLongStreams();
    return Contest.of(
        setting.rounds(),
        ours(way, setting, format, size),
        program("OkHttp", "okhttp", setting, format, size));
  }

  /** E2B's messages in JSON against the vendor's client. */
  static List<Row> json(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = againstNode(name, setting, "e2b", "json", setting.sizes(), 12, 1 / 12.0);
    rows.add(againstPython(name, setting));
    return rows;
  }

  private static Row againstPython(String name, Setting given)
      throws IOException, InterruptedException {
    Setting setting = given.againstPeers();
    int size = 4_096;
    int messages = setting.messages(size);
    Optional<Program> peer =
        Peers.python("e2b_output.py", setting.server(), size, messages, setting.streams());
    Ratio ratio =
        peer.isEmpty()
            ? null
            : Contest.of(setting.rounds(), ours("listener", setting, "json", size), peer.get())
                .ratio(Figures::rate);
    return new Row(name, "json, " + size + " bytes: throughput of e2b's on Python", ratio, null);
  }

  /** Blaxel's lines against the vendor's client and OkHttp. */
  static List<Row> lines(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    Contest contest = againstOkHttp("listener", setting, "blaxel", LINE);
    rows.add(throughput(name, "Blaxel's lines of 80 bytes: ", contest, 0.5));
    rows.addAll(againstNode(name, setting, "@blaxel/core", "blaxel", List.of(LINE), 5, 1));
    return rows;
  }

  private static List<Row> againstNode(
      String measure,
      Setting given,
      String client,
      String format,
      List<Integer> sizes,
      double rate,
      double cost)
      throws IOException, InterruptedException {
    Setting setting = given.againstPeers();
    List<Row> rows = new ArrayList<>();
    for (int size : sizes) {
      String what = format + ", " + size + " bytes: ";
      String script = format.equals("blaxel") ? "blaxel_output.mjs" : "e2b_output.mjs";
      Optional<Program> peer =
          Peers.node(
              client, script, setting.server(), size, setting.messages(size), setting.streams());
      Contest contest =
          peer.isEmpty()
              ? null
              : Contest.of(setting.rounds(), ours("listener", setting, format, size), peer.get());
      rows.add(
          new Row(
              measure,
              what + "throughput of " + client + "'s on Node",
              contest == null ? null : contest.ratio(Figures::rate),
              Goal.atLeast(rate)));
      rows.add(
          new Row(
              measure,
              what + "CPU of " + client + "'s on Node",
              contest == null ? null : contest.ratio(Figures::cost),
              Goal.atMost(cost)));
    }
    return rows;
  }
}
