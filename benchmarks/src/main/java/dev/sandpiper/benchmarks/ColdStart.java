package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.ColdClient;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** A whole process that runs one command: plain, and with an archive of its classes. */
final class ColdStart implements Measure {
  @Override
  public String name() {
    return "P7";
  }

  @Override
  public List<Row> rows(Setting setting) throws IOException, InterruptedException {
    Optional<Program> peer = Peers.node("e2b", "e2b_cold.mjs", setting.server());
    List<Row> rows = new ArrayList<>();
    rows.add(row("plain", setting, peer, List.of(), 1));
    if (hasDirectories()) return rows; // which no archive can be made of
    Path archive = Files.createTempFile("sandpiper-classes", ".jsa");
    try {
      Files.delete(archive); // the JVM wants to write it itself
      Program.java(
              "archive",
              List.of("-XX:ArchiveClassesAtExit=" + archive),
              ColdClient.class,
              setting.server())
          .run();
      List<String> flags =
          List.of(
              "-XX:SharedArchiveFile=" + archive, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
      rows.add(row("AppCDS, C1, serial collector", setting, peer, flags, 0.55));
    } finally {
      Files.deleteIfExists(archive);
    }
    return rows;
  }

  private static boolean hasDirectories() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .anyMatch(entry -> Files.isDirectory(Path.of(entry)));
  }

  private Row row(
      String how, Setting setting, Optional<Program> peer, List<String> flags, double goal)
      throws IOException, InterruptedException {
    Program ours = Program.java("ours", flags, ColdClient.class, setting.server());
    Ratio ratio =
        peer.isEmpty()
            ? null
            : Contest.of(setting.rounds(), ours, peer.get()).ratio(figures -> figures.get("wall"));
    String what = "a JVM's first exec, " + how + ": time of e2b's on Node";
    return new Row(name(), what, ratio, Goal.atMost(goal));
  }
}
