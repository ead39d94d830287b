package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Row.Goal;
import dev.sandpiper.benchmarks.clients.OpenStreamsClient;
import dev.sandpiper.benchmarks.server.OpenStreamServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Many open process streams over HTTP/2: what each costs. */
final class OpenStreams {
  private static final List<String> FLAGS =
      List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:MinHeapFreeRatio=10", "-XX:MaxHeapFreeRatio=20");

  private OpenStreams() {}

  static List<Row> rows(String name, Setting setting) throws IOException, InterruptedException {
    if (!Files.isReadable(Path.of("/proc/self/status"))) return List.of();
    try (Server server = Server.start(OpenStreamServer.class)) {
      Figures ours = run(Jdk.ours(), server, setting.many());
      Optional<Jdk> newest = Jdk.newest();
      Figures other = newest.isEmpty() ? null : run(newest.get(), server, setting.many());
      String what = setting.many() + " open streams, ";
      String then = what + newest.map(jdk -> "JDK " + jdk.version()).orElse("newest JDK") + ": ";
      return List.of(
          row(name, what + "KB of memory each", each(ours, setting), Goal.atMost(120)),
          row(name, what + "threads for each", threads(ours), Goal.atMost(1.02)),
          row(name, what + "descriptors of the client", of(ours, "descriptors"), null),
          row(name, then + "KB of memory each", each(other, setting), Goal.atMost(30)),
          row(name, then + "threads", of(other, "threads"), Goal.atMost(60)));
    }
  }

  static Figures run(Jdk jdk, Server server, int streams) throws IOException, InterruptedException {
    return Program.java("streams", jdk, FLAGS, OpenStreamsClient.class, server.url(), streams)
        .run();
  }

  private static Row row(String name, String what, @Nullable Ratio measured, @Nullable Goal goal) {
    return new Row(name, what, measured, goal);
  }

  private static @Nullable Ratio each(@Nullable Figures figures, Setting setting) {
    return figures == null ? null : Ratio.exactly(figures.get("resident") / 1_024 / setting.many());
  }

  private static @Nullable Ratio threads(Figures figures) {
    return Ratio.exactly(figures.get("threads") / figures.get("streams"));
  }

  private static @Nullable Ratio of(@Nullable Figures figures, String name) {
    return figures == null ? null : Ratio.exactly(figures.get(name));
  }
}
