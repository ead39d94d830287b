package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.local.Closing;
import dev.sandpiper.benchmarks.local.Directories;
import dev.sandpiper.benchmarks.local.RoundTrips;
import dev.sandpiper.benchmarks.local.Uploads;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What needs servers that do something: on the embedded ones. */
final class LocalServers {
  private LocalServers() {}

  private static Ratio median(List<Figures> all, ToDoubleFunction<Figures> figure) {
    double[] values = all.stream().mapToDouble(figure).sorted().toArray();
    return new Ratio(values[values.length / 2], values[0], values[values.length - 1]);
  }

  private static List<Figures> run(Setting setting, Program program)
      throws IOException, InterruptedException {
    List<Figures> all = new ArrayList<>();
    for (int i = 0; i < Math.min(3, setting.rounds()); i++) all.add(program.run());
    return all;
  }

  /** How many round trips a short command waits for, at 25 ms each way. */
  static List<Row> shortCommand(String name, Setting setting)
      throws IOException, InterruptedException {
    int commands = Math.min(setting.calls(), 100);
    List<Figures> all =
        run(setting, Program.withServers("round trips", RoundTrips.class, commands));
    List<Row> rows = new ArrayList<>();
    for (String platform : List.of("e2b", "blaxel")) {
      String what = "round trips of a short exec, 25 ms each way, " + platform;
      // A thread that wakes up late is not a round trip.
      Ratio trips = median(all, figures -> figures.get(platform));
      rows.add(new Row(name, what, trips, Goal.atMost(1.1)));
    }
    return rows;
  }

  /** A directory of small files against one archive by hand. */
  static List<Row> smallFiles(String name, Setting setting)
      throws IOException, InterruptedException {
    int files = Math.min(setting.many(), 1_000);
    List<Figures> all =
        run(
            setting,
            Program.withServers("directories", Directories.class, files, setting.rounds()));
    List<Row> rows = new ArrayList<>();
    for (String way : List.of("e2b-up", "e2b-down", "blaxel-up", "blaxel-down")) {
      String what = files + " files of 200 bytes as a directory, " + way + ": of tar by hand";
      rows.add(new Row(name, what, median(all, figures -> figures.get(way)), Goal.atMost(2)));
    }
    return rows;
  }

  /** A large file to Blaxel, which goes up in parts: against E2B, which takes it in one piece. */
  static List<Row> largeUpload(String name, Setting setting)
      throws IOException, InterruptedException {
    long bytes = setting.fileMegabytes() * 1_000_000L;
    List<Figures> all = run(setting, Program.withServers("uploads", Uploads.class, bytes));
    String what = "a file of " + setting.fileMegabytes() + " MB up to the embedded servers, ";
    return List.of(
        new Row(
            name,
            what + "Blaxel: of E2B's rate",
            median(all, figures -> figures.get("e2b") / figures.get("blaxel")),
            null));
  }

  /** Many processes closed at once. */
  static List<Row> sleepers(String name, Setting setting) throws IOException, InterruptedException {
    int count = Math.min(setting.many(), 200);
    List<Figures> all = run(setting, Program.withServers("closing", Closing.class, count));
    String what = count + " sleepers closed on 32 threads, ";
    return List.of(
        new Row(
            name,
            what + "Blaxel: of E2B's time",
            median(all, figures -> figures.get("blaxel") / figures.get("e2b")),
            Goal.atMost(2)),
        longest(name, what, "e2b", all),
        longest(name, what, "blaxel", all));
  }

  private static Row longest(String name, String what, String platform, List<Figures> all) {
    Ratio seconds = median(all, figures -> figures.get(platform + "-longest"));
    return new Row(name, what + platform + ": seconds of the longest", seconds, Goal.atMost(10));
  }
}
