package dev.sandpiper.blaxel.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.engine.ProcessTrees;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;

/** A test of the wrapper as a script, in the shells of this machine. */
abstract class WrapperOnThisMachine {
  /** Where the wrapper finds its tools, whatever the command's own path is. */
  static final String STANDARD_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  @TempDir Path directory;

  static Stream<String> shells() {
    return Stream.of("/bin/dash", "/bin/bash", "/bin/busybox sh")
        .filter(shell -> new File(shell.split(" ", 2)[0]).canExecute());
  }

  /** What a wrapper is told. */
  final class Run {
    private final String shell;
    final Map<String, String> environment = new HashMap<>();
    String id = "sp-1";
    String lines = "";
    long segment = 4 << 20;
    long kept = 64 << 20;
    int lease = 240;
    String joined = "";
    String seconds = "";
    String again = "";
    String old = "";
    String sweep = "";
    String fed = ""; // "yes" for a command with input
    List<String> before = List.of("setsid"); // what runs the shell
    String standardPath = STANDARD_PATH;

    Run(String shell) {
      this.shell = shell;
    }

    java.lang.Process start(String... command) throws IOException {
      List<String> all = new ArrayList<>(before);
      all.addAll(List.of(shell.split(" ")));
      all.addAll(List.of("-c", here(Scripts.WRAP.replace(STANDARD_PATH, standardPath)), "sh"));
      all.addAll(List.of(out().toString(), path(id), lines));
      all.addAll(List.of("" + segment, "" + kept, "" + lease, joined, seconds, again, old));
      all.addAll(Arrays.asList(command));
      ProcessBuilder builder = new ProcessBuilder(all);
      builder.environment().putAll(environment);
      builder.environment().put("SANDPIPER_WRITE", here(Scripts.WRITE));
      builder.environment().put("SANDPIPER_FEED", fed.isEmpty() ? "" : here(Scripts.FEED));
      builder.environment().put("SANDPIPER_WATCHDOG", here(Scripts.WATCHDOG));
      builder.environment().put("SANDPIPER_STOP", ProcessTrees.STOP);
      builder.environment().put("SANDPIPER_PROCESS", "" + directory.getFileName());
      builder.environment().put("SANDPIPER_TEST", directory.toString());
      builder.environment().put("SANDPIPER_SWEEP", sweep);
      builder.environment().put("SANDPIPER_HOLDER", "sp-h.0");
      return builder
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("log").toFile())
          .start();
    }

    private String here(String script) {
      return script.replace("/bin/sh", shell);
    }

    int run(String... command) throws Exception {
      java.lang.Process process = start(command);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    }
  }

  Path out() {
    return directory.resolve("out");
  }

  String path(String id) {
    return out().resolve(id).toString();
  }

  List<String> names() {
    String[] names = out().toFile().list();
    return names == null ? List.of() : Stream.of(names).sorted().toList();
  }

  String text(String name) throws IOException {
    return Files.readString(out().resolve(name));
  }

  static void kill(String signal, long group) throws Exception {
    new ProcessBuilder("kill", "-" + signal, "--", "-" + group).start().waitFor();
  }

  List<String> log() throws IOException {
    return Files.readAllLines(directory.resolve("log"));
  }

  /** Every mark, whichever way it is told. */
  String all() throws IOException {
    return log() + " " + names();
  }

  NavigableSet<Long> offsets(String segments) {
    return names().stream()
        .filter(name -> name.startsWith(segments))
        .map(name -> Long.parseLong(name.substring(segments.length())))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  long held() {
    return held("sp-1.o.");
  }

  long held(String segments) {
    return names().stream()
        .filter(name -> name.startsWith(segments))
        .mapToLong(name -> out().resolve(name).toFile().length())
        .sum();
  }

  String text() {
    try {
      return text("sp-1.o.0");
    } catch (IOException e) {
      return "";
    }
  }
}
