package dev.sandpiper.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Something that is measured, in a process of its own.
 *
 * @param name what the report calls it
 */
record Program(String name, List<String> command) {
  private static final long MOST_MINUTES = 10;

  /** A main class of ours in a fresh JVM. */
  static Program java(String name, Class<?> main, Object... arguments) {
    return java(name, List.of("-Xmx1g", "-XX:+UseParallelGC"), main, arguments);
  }

  static Program java(String name, List<String> flags, Class<?> main, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    for (Object argument : arguments) command.add(argument.toString());
    return new Program(name, command);
  }

  /**
   * Runs it, and returns what its last line says.
   *
   * @throws IOException if it fails
   */
  Figures run() throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    // Reading what it prints has no limit of its own.
    CompletableFuture.delayedExecutor(MOST_MINUTES, TimeUnit.MINUTES)
        .execute(process::destroyForcibly);
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
      double wall = (System.nanoTime() - began) / 1e9;
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(
            name
                + " failed with exit status "
                + exit
                + ", after "
                + MOST_MINUTES
                + " minutes at the latest, and printed: "
                + printed);
      }
      String last = printed.substring(printed.lastIndexOf('\n') + 1);
      return Figures.parse(last + " wall=" + wall);
    } finally {
      process.destroyForcibly();
    }
  }
}
