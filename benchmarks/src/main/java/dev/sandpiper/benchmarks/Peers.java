package dev.sandpiper.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The vendors' own clients, as {@code benchmarks/run} has installed them from their registries. One
 * that is not there is not measured.
 */
final class Peers {
  private static final Path NODE_PROGRAMS =
      Path.of(System.getProperty("benchmarks.javascript", "target/benchmarks/javascript"));

  private Peers() {}

  /** A program for Node; empty where its package is not installed. */
  static Optional<Program> node(String packageName, String program, Object... arguments) {
    if (!Files.isDirectory(NODE_PROGRAMS.resolve("node_modules").resolve(packageName))) {
      return Optional.empty();
    }
    List<String> command = new ArrayList<>(List.of("node"));
    command.add(NODE_PROGRAMS.resolve(program).toString());
    for (Object argument : arguments) command.add(argument.toString());
    return Optional.of(new Program(packageName + " on Node", command));
  }
}
