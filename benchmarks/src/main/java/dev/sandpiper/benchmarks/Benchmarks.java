package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.server.BenchmarkServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures, and prints a table of ratios; {@code benchmarks/run} starts it. Arguments: {@code
 * small} for a run that only shows that everything works, {@code --report FILE} for a copy of the
 * table with pictures of how the cost grows, and the names of measures, by default all; {@code
 * plots} are the pictures.
 */
public final class Benchmarks {
  static final List<Measure> MEASURES =
      List.of(
          new Measure("P1", Throughput::binary),
          new Measure("P2", Throughput::json),
          new Measure("P3", Throughput::lines),
          new Measure("P5", Latency::rows),
          new Measure("P6", UnaryCall::rows),
          new Measure("P7", ColdStart::rows),
          new Measure("P4", ThrottledOutput::rows),
          new Measure("P8", BigFiles::rows),
          new Measure("P8", LocalServers::largeUpload),
          new Measure("P9", OpenStreams::rows),
          new Measure("P10", Jars::rows),
          new Measure("P12", LocalServers::shortCommand),
          new Measure("P13", LocalServers::smallFiles),
          new Measure("P14", LocalServers::sleepers));

  private static final List<String> INTRODUCTION =
      List.of(
          "# Benchmarks",
          "",
          "Written by `NEWEST_JAVA_HOME=... benchmarks/run --report docs/benchmarks.md`. A ratio is"
              + " made of two programs that run by turns, each in a process of its own, against a"
              + " server in a third; the median of several rounds is held against the goal, and the"
              + " spread shows how calm the machine was. What stands in the way where a goal is"
              + " missed is in RATIONALE.md, Performance.",
          "");

  private Benchmarks() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(args));
    int at = words.indexOf("--report");
    Path report = at < 0 ? null : Path.of(words.remove(at + 1));
    words.remove("--report");
    boolean isSmall = words.remove("small");
    boolean isPlotted = words.remove("plots") || (words.isEmpty() && report != null);
    List<String> lines = new ArrayList<>(INTRODUCTION);
    lines.addAll(Machine.lines());
    lines.addAll(List.of("", "| | What | Median | Spread | Goal | |", "|---|---|---|---|---|---|"));
    lines.forEach(System.out::println);
    try (Server server = Server.start(BenchmarkServer.class)) {
      Setting setting = isSmall ? Setting.small(server.url()) : Setting.whole(server.url());
      for (Row row : measure(setting, words)) lines.add(row.toString());
      if (isPlotted && report != null) lines.addAll(plots(new Growth(setting), report));
    }
    if (report != null) Files.write(report, lines);
  }

  /** Beside the report, under its name. */
  private static List<String> plots(Growth growth, Path report)
      throws IOException, InterruptedException {
    List<String> lines = new ArrayList<>();
    for (Plot plot : List.of(growth.streams(), growth.payloads())) {
      String kind = plot.across().equals("streams") ? "-streams.svg" : "-payload.svg";
      Path picture =
          report.resolveSibling(report.getFileName().toString().replaceFirst("\\.md$", kind));
      Files.writeString(picture, plot.svg());
      lines.addAll(List.of("", "![" + plot.title() + "](" + picture.getFileName() + ")"));
    }
    return lines;
  }

  /** The rows of some measures, of all where none is named; each is printed once it is known. */
  private static List<Row> measure(Setting setting, List<String> names)
      throws InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (Measure measure : MEASURES) {
      if (!names.isEmpty() && !names.contains(measure.name())) continue;
      for (Row row : rows(measure, setting)) {
        System.out.println(row);
        rows.add(row);
      }
    }
    return rows;
  }

  /** One that fails takes no other with it. */
  private static List<Row> rows(Measure measure, Setting setting) throws InterruptedException {
    try {
      return measure.rows(setting);
    } catch (IOException | RuntimeException e) {
      e.printStackTrace();
      return List.of(new Row(measure.name(), "failed: " + e.getMessage(), null, null));
    }
  }
}
