package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.BigFileClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A file of a gigabyte through a heap of 32 MiB, against a raw socket. */
final class BigFiles {
  private static final List<String> FLAGS = List.of("-Xmx32m", "-XX:+UseSerialGC");

  private BigFiles() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    for (String way : List.of("e2b down", "e2b up", "blaxel down")) {
      String[] words = way.split(" ", 2);
      Contest contest =
          Contest.of(
              setting.rounds(),
              program(words[0], words[1], setting),
              program("raw", words[1], setting));
      rows.add(
          new Row(
              name,
              "a file of " + setting.fileMegabytes() + " MB, -Xmx32m, " + way + ": of a raw socket",
              contest.ratio(Figures::rate),
              Goal.atLeast(0.9)));
    }
    return rows;
  }

  private static Program program(String client, String direction, Setting setting) {
    return Program.java(
        client,
        FLAGS,
        BigFileClient.class,
        client,
        direction,
        setting.server(),
        setting.fileMegabytes() * 1_000_000L);
  }
}
