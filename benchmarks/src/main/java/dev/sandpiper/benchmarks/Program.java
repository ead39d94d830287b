package dev.sandpiper.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Something that is measured, in a process of its own.
 *
 * @param name what the report calls it
 */
record Program(String name, List<String> command, Map<String, String> environment) {
  private static final long MOST_MINUTES = 10;

  /** Without the embedded servers and what they need. */
  private static final String CLIENTS =
      System.getProperty("benchmarks.clients", System.getProperty("java.class.path"));

  Program(String name, List<String> command) {
    this(name, command, Map.of());
  }

  /** A main class of ours in a fresh JVM. */
  static Program java(String name, Class<?> main, Object... arguments) {
    return java(name, List.of("-Xmx1g", "-XX:+UseParallelGC"), main, arguments);
  }

  static Program java(String name, List<String> flags, Class<?> main, Object... arguments) {
    return java(name, Jdk.ours(), CLIENTS, flags, main, arguments);
  }

  /** On another JDK. */
  static Program java(
      String name, Jdk jdk, List<String> flags, Class<?> main, Object... arguments) {
    return java(name, jdk, CLIENTS, flags, main, arguments);
  }

  /** With the embedded servers on its class path. */
  static Program withServers(String name, Class<?> main, Object... arguments) {
    return java(
        name, Jdk.ours(), System.getProperty("java.class.path"), List.of(), main, arguments);
  }

  private static Program java(
      String name,
      Jdk jdk,
      String classPath,
      List<String> flags,
      Class<?> main,
      Object... arguments) {
    List<String> command = new ArrayList<>(List.of(jdk.java()));
    command.addAll(flags);
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.addAll(List.of("-cp", classPath, main.getName()));
    for (Object argument : arguments) command.add(argument.toString());
    return new Program(name, command);
  }

  /** The same, with more variables. */
  Program with(Map<String, String> variables) {
    return new Program(name, command, variables);
  }

  /** For somebody else to talk to. */
  Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /**
   * Runs it, and returns what its last line says.
   *
   * @throws IOException if it fails
   */
  Figures run() throws IOException, InterruptedException {
    long began = System.nanoTime();
    Process process = start();
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
      return Figures.parse(figures(printed) + " wall=" + wall);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The last line that holds figures: a JVM may print something of its own behind it. */
  private String figures(String printed) throws IOException {
    return printed
        .lines()
        .filter(line -> line.matches("(\\S+=\\S+ ?)+"))
        .reduce((before, last) -> last)
        .orElseThrow(() -> new IOException(name + " printed no figures: " + printed));
  }
}
