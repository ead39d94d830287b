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
  private static final Path PYTHON_PROGRAMS =
      Path.of(System.getProperty("benchmarks.python", "target/benchmarks/python"));

  private Peers() {}

  /** A program for Node; empty where its package is not installed. */
  static Optional<Program> node(String packageName, String program, Object... arguments) {
    if (!Files.isDirectory(NODE_PROGRAMS.resolve("node_modules").resolve(packageName))) {
      return Optional.empty();
    }
    return Optional.of(
        program(packageName + " on Node", "node", NODE_PROGRAMS.resolve(program), arguments));
  }

  /** A program for Python with E2B's client; empty where that is not installed. */
  static Optional<Program> python(String program, Object... arguments) {
    Path python = PYTHON_PROGRAMS.resolve("venv/bin/python");
    return Files.isExecutable(python)
        ? Optional.of(
            program(
                "e2b on Python", python.toString(), PYTHON_PROGRAMS.resolve(program), arguments))
        : Optional.empty();
  }

  private static Program program(String name, String command, Path file, Object... arguments) {
    List<String> words = new ArrayList<>(List.of(command, file.toString()));
    for (Object argument : arguments) words.add(argument.toString());
    return new Program(name, words);
  }
}
