package dev.sandpiper.benchmarks;

import dev.sandpiper.benchmarks.Plot.Line;
import dev.sandpiper.benchmarks.Plot.Point;
import dev.sandpiper.benchmarks.clients.OutputClient;
import dev.sandpiper.benchmarks.server.OpenStreamServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How the cost grows with the work, beside the vendors' clients. */
final class Growth {
  private static final int MESSAGE = 4_096;
  private static final long LITTLE = 1_000_000;

  /** Below this a page more or less is all that is seen. */
  private static final double LEAST_MEGABYTES = 0.01;

  private final Setting setting;

  Growth(Setting setting) {
    this.setting = setting;
  }

  /** What is measured at one size. */
  private interface At {
    Optional<Figures> run(long size) throws IOException, InterruptedException;
  }

  private interface Value {
    double of(Figures figures, long size);
  }

  /** Memory of 1 to 5,000 open streams. */
  Plot streams() throws IOException, InterruptedException {
    List<Long> sizes = upTo(setting.many(), 1L, 10L, 100L, 1_000L, 5_000L);
    Value megabytes =
        (figures, streams) -> Math.max(LEAST_MEGABYTES, figures.get("resident") / 1e6);
    try (Server server = Server.start(OpenStreamServer.class)) {
      List<Line> lines = new ArrayList<>();
      Jdk ours = Jdk.ours();
      lines.add(line("JDK " + ours.version(), sizes, megabytes, at -> streams(ours, server, at)));
      Optional<Jdk> newest = Jdk.newest();
      if (newest.isPresent()) {
        Jdk jdk = newest.get();
        lines.add(line("JDK " + jdk.version(), sizes, megabytes, at -> streams(jdk, server, at)));
      }
      lines.add(line("e2b on Node", sizes, megabytes, at -> onNode(server, at)));
      return new Plot("Memory of open process streams", "streams", "MB", nonEmpty(lines));
    }
  }

  private static Optional<Figures> streams(Jdk jdk, Server server, long count)
      throws IOException, InterruptedException {
    return Optional.of(OpenStreams.run(jdk, server, (int) count));
  }

  private static Optional<Figures> onNode(Server server, long count)
      throws IOException, InterruptedException {
    // Without it the client stops at 200 streams, and gives up.
    Map<String, String> connections = Map.of("E2B_ENVD_RPC_CONNECTIONS", "6000");
    return peer(
        Peers.node("e2b", "e2b_streams.mjs", server.url(), count)
            .map(peer -> peer.with(connections)));
  }

  /** The time of a command that prints 1 KB to 1 GB. */
  Plot payloads() throws IOException, InterruptedException {
    List<Long> sizes =
        upTo(
            setting.fileMegabytes() * 1_000_000L,
            1_000L,
            10_000L,
            100_000L,
            1_000_000L,
            10_000_000L,
            100_000_000L,
            1_000_000_000L);
    Value seconds = (figures, bytes) -> figures.get("seconds") / times(bytes);
    List<Line> lines =
        List.of(
            line("Sandpiper, binary", sizes, seconds, bytes -> ours("listener", "binary", bytes)),
            line("Sandpiper, JSON", sizes, seconds, bytes -> ours("listener", "json", bytes)),
            line("OkHttp, binary", sizes, seconds, bytes -> ours("okhttp", "binary", bytes)),
            line("e2b on Node", sizes, seconds, bytes -> peer(node(bytes))),
            line("e2b on Python", sizes, seconds, bytes -> peer(python(bytes))));
    return new Plot("A command's whole output", "bytes", "seconds", nonEmpty(lines));
  }

  private Optional<Figures> ours(String way, String format, long bytes)
      throws IOException, InterruptedException {
    long message = message(bytes);
    return run(
        Optional.of(
            Program.java(
                way,
                OutputClient.class,
                way,
                setting.server(),
                format,
                message,
                bytes / message,
                times(bytes))));
  }

  private Optional<Program> node(long bytes) {
    long message = message(bytes);
    return Peers.node(
        "e2b", "e2b_output.mjs", setting.server(), message, bytes / message, times(bytes));
  }

  private Optional<Program> python(long bytes) {
    long message = message(bytes);
    return Peers.python("e2b_output.py", setting.server(), message, bytes / message, times(bytes));
  }

  /** Empty where the peer cannot do it: Node has no string for an output of a gigabyte. */
  private static Optional<Figures> peer(Optional<Program> program) throws InterruptedException {
    try {
      return run(program);
    } catch (IOException e) {
      System.err.println(e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Figures> run(Optional<Program> program)
      throws IOException, InterruptedException {
    return program.isEmpty() ? Optional.empty() : Optional.of(program.get().run());
  }

  private static long message(long bytes) {
    return Math.min(MESSAGE, bytes);
  }

  /** What is short is done more often. */
  private static int times(long bytes) {
    return bytes <= LITTLE ? 50 : 1;
  }

  private static List<Long> upTo(long most, Long... sizes) {
    return List.of(sizes).stream().filter(size -> size <= most).toList();
  }

  private static List<Line> nonEmpty(List<Line> lines) {
    return lines.stream().filter(line -> !line.points().isEmpty()).toList();
  }

  private static Line line(String name, List<Long> sizes, Value value, At at)
      throws IOException, InterruptedException {
    List<Point> points = new ArrayList<>();
    for (long size : sizes) {
      Optional<Figures> figures = at.run(size);
      if (figures.isPresent()) points.add(new Point(size, value.of(figures.get(), size)));
    }
    return new Line(name, points);
  }
}
