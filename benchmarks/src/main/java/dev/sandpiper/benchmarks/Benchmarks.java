package dev.sandpiper.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.benchmarks.server.BenchmarkServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures, and prints a table of ratios; {@code benchmarks/run} starts it. Arguments: {@code
 * small} for a run that only shows that everything works, {@code --report FILE} for a copy of the
 * table, and the names of measures, by default all.
 */
public final class Benchmarks {
  private static final List<Measure> MEASURES =
      List.of(
          new Throughput.Binary(),
          new Throughput.Json(),
          new Throughput.Lines(),
          new Latency(),
          new UnaryCall(),
          new ColdStart());

  private Benchmarks() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(args));
    int at = words.indexOf("--report");
    Path report = at < 0 ? null : Path.of(words.remove(at + 1));
    words.remove("--report");
    boolean isSmall = words.remove("small");
    List<String> lines = new ArrayList<>(Machine.lines());
    lines.addAll(List.of("", "| | What | Median | Spread | Goal | |", "|---|---|---|---|---|---|"));
    lines.forEach(System.out::println);
    for (Row row : measure(isSmall, words)) lines.add(row.toString());
    if (report != null) Files.write(report, lines);
  }

  /** The rows of some measures, of all where none is named; each is printed once it is known. */
  static List<Row> measure(boolean isSmall, List<String> names)
      throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    Process server =
        new ProcessBuilder(Program.java("server", BenchmarkServer.class).command())
            .redirectError(Redirect.INHERIT)
            .start();
    try {
      String port =
          new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8)).readLine();
      if (port == null) throw new IOException("the server ended before it printed its port");
      String url = "http://127.0.0.1:" + port;
      Setting setting = isSmall ? Setting.small(url) : Setting.whole(url);
      for (Measure measure : MEASURES) {
        if (!names.isEmpty() && !names.contains(measure.name())) continue;
        for (Row row : measure.rows(setting)) {
          System.out.println(row);
          rows.add(row);
        }
      }
      return rows;
    } finally {
      server.destroyForcibly().waitFor();
    }
  }
}
