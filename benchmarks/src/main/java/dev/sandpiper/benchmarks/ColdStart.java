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
final class ColdStart {
  private static final int FIRST_WITH_AOT_CACHE = 25;
  private static final String SERIAL = "-XX:+UseSerialGC";

  private ColdStart() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    List<Row> rows = new ArrayList<>();
    Jdk ours = Jdk.ours();
    rows.add(row(name, "plain", setting, ours, List.of(), 1));
    Optional<Program> python = Peers.python("e2b_cold.py", setting.server());
    rows.add(
        new Row(
            name,
            "a JVM's first exec, plain: time of e2b's on Python",
            python.isEmpty()
                ? null
                : wall(setting, program(setting, ours, List.of()), python.get()),
            null));
    if (hasDirectories()) return rows; // which no archive can be made of
    rows.add(
        archived(
            name,
            "AppCDS",
            setting,
            ours,
            "-XX:ArchiveClassesAtExit=",
            "-XX:SharedArchiveFile=",
            0.55));
    Optional<Jdk> newest = Jdk.newest().filter(jdk -> jdk.feature() >= FIRST_WITH_AOT_CACHE);
    rows.add(
        newest.isEmpty()
            ? new Row(name, what("AOT cache"), null, Goal.atMost(0.45))
            : archived(
                name,
                "AOT cache of JDK " + newest.get().version(),
                setting,
                newest.get(),
                "-XX:AOTCacheOutput=",
                "-XX:AOTCache=",
                0.45));
    return rows;
  }

  /** With what an earlier run has left for later ones. */
  private static Row archived(
      String name,
      String how,
      Setting setting,
      Jdk jdk,
      String writing,
      String reading,
      double goal)
      throws IOException, InterruptedException {
    Path archive = Files.createTempFile("sandpiper-classes", "");
    try {
      Files.delete(archive); // the JVM wants to write it itself
      // Where it is written with other collectors it cannot be used.
      program(setting, jdk, List.of("-Xlog:disable", writing + archive, SERIAL)).run();
      List<String> flags =
          List.of("-Xlog:disable", reading + archive, "-XX:TieredStopAtLevel=1", SERIAL);
      return row(name, how + ", C1, serial collector", setting, jdk, flags, goal);
    } finally {
      Files.deleteIfExists(archive);
    }
  }

  private static boolean hasDirectories() {
    return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
        .splitAsStream(System.getProperty("java.class.path"))
        .anyMatch(entry -> Files.isDirectory(Path.of(entry)));
  }

  private static Row row(
      String name, String how, Setting setting, Jdk jdk, List<String> flags, double goal)
      throws IOException, InterruptedException {
    Optional<Program> peer = Peers.node("e2b", "e2b_cold.mjs", setting.server());
    Ratio ratio = peer.isEmpty() ? null : wall(setting, program(setting, jdk, flags), peer.get());
    return new Row(name, what(how), ratio, Goal.atMost(goal));
  }

  private static String what(String how) {
    return "a JVM's first exec, " + how + ": time of e2b's on Node";
  }

  private static Ratio wall(Setting setting, Program ours, Program peer)
      throws IOException, InterruptedException {
    return Contest.of(setting.rounds(), ours, peer).ratio(figures -> figures.get("wall"));
  }

  private static Program program(Setting setting, Jdk jdk, List<String> flags) {
    return Program.java("ours", jdk, flags, ColdClient.class, setting.server());
  }
}
