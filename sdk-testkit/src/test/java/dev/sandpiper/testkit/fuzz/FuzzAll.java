package dev.sandpiper.testkit.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs Jazzer on one target after the other, each in a process of its own. Arguments: a directory
 * for what it learns and finds, minutes for each target, and the targets; all without any.
 */
final class FuzzAll {
  private static final int LONGEST_INPUT = 64 << 10;
  private static final int LONGEST_SECONDS = 10;

  private FuzzAll() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path directory = Path.of(arguments[0]);
    List<String> failed = new ArrayList<>();
    for (Target target : Targets.all()) {
      List<String> wanted = List.of(arguments).subList(2, arguments.length);
      if (wanted.isEmpty() || wanted.contains(target.name())) {
        if (!fuzz(target, directory.resolve(target.name()), arguments[1])) {
          failed.add(target.name());
        }
      }
    }
    if (!failed.isEmpty()) {
      throw new AssertionError("Jazzer found inputs, see " + directory + ": " + failed);
    }
  }

  private static boolean fuzz(Target target, Path directory, String minutes)
      throws IOException, InterruptedException {
    Path inputs = Files.createDirectories(directory.resolve("inputs"));
    int number = 0;
    for (byte[] seed : Corpus.of(target)) {
      Files.write(inputs.resolve("seed-" + number++), seed);
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dsandpiper.fuzz.target=" + target.name(),
                "-Dsandpiper.fuzz.instrumented=true",
                "-Dbasedir=" + System.getProperty("basedir", ""),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + Fuzzed.class.getName(),
                "--instrumentation_includes=dev.sandpiper.**",
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + File.separator,
                "-max_total_time=" + TimeUnit.MINUTES.toSeconds(Long.parseLong(minutes)),
                "-max_len=" + LONGEST_INPUT,
                "-timeout=" + LONGEST_SECONDS,
                "-print_final_stats=1",
                inputs.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    return process.waitFor() == 0;
  }
}
