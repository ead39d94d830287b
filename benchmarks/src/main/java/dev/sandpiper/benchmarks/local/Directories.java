package dev.sandpiper.benchmarks.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.Command;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A directory of many small files, up and down, against what somebody would write by hand: one
 * archive, and {@code tar} on both sides.
 *
 * <p>Arguments: how many files, how many times.
 */
public final class Directories {
  private static final String CONTENT = "0123456789".repeat(20);

  private final int files;
  private final int times;
  private final Path folder;
  private int used;

  private Directories(int files, int times, Path folder) {
    this.files = files;
    this.times = times;
    this.folder = folder;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Files.createTempDirectory("sandpiper-benchmark");
    try (LocalSandboxes local = LocalSandboxes.start()) {
      Directories directories =
          new Directories(Integer.parseInt(args[0]), Integer.parseInt(args[1]), folder);
      directories.fill();
      System.out.println(
          directories.measured("e2b", local.e2bClient())
              + " "
              + directories.measured("blaxel", local.blaxelClient()));
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) Files.delete(each);
    }
  }

  private void fill() throws IOException {
    Path many = Files.createDirectory(folder.resolve("many"));
    for (int i = 0; i < files; i++) {
      Files.write(many.resolve("file-" + i), CONTENT.getBytes(US_ASCII));
    }
  }

  private String measured(String platform, SandboxClient client) {
    try (client;
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      return String.format(
          Locale.ROOT,
          "%1$s-up=%2$.4f %1$s-down=%3$.4f",
          platform,
          ratio(number -> up(sandbox, number), number -> upByHand(sandbox, number)),
          ratio(number -> down(sandbox), number -> downByHand(sandbox)));
    }
  }

  private Path unused() {
    return folder.resolve("unused" + used++);
  }

  /** What is done with a number that no other run in the sandbox has. */
  private interface Way {
    void run(int number) throws Exception;
  }

  /** By turns, without the first. */
  private double ratio(Way ours, Way byHand) {
    double[] ratios = new double[times];
    for (int i = 0; i <= times; i++) {
      int number = i;
      double ratio =
          (double) Samples.of(() -> ours.run(number)) / Samples.of(() -> byHand.run(number));
      if (i > 0) ratios[i - 1] = ratio;
    }
    Arrays.sort(ratios);
    return ratios[times / 2];
  }

  private void up(Sandbox sandbox, int number) {
    sandbox.files().uploadDirectory(folder.resolve("many"), "ours" + number);
  }

  private void upByHand(Sandbox sandbox, int number) throws Exception {
    Path archive = unused();
    here("tar", "cf", archive.toString(), "-C", folder.toString(), "many");
    sandbox.files().upload(archive, "up.tar");
    String directory = "hand" + number;
    sandbox
        .exec(Command.shell("mkdir " + directory + " && tar xf up.tar -C " + directory))
        .orThrow();
  }

  private void down(Sandbox sandbox) {
    sandbox.files().downloadDirectory("ours0", unused());
  }

  private void downByHand(Sandbox sandbox) throws Exception {
    sandbox.exec(Command.shell("tar cf down.tar ours0")).orThrow();
    Path archive = unused();
    sandbox.files().download("down.tar", archive);
    Path target = Files.createDirectory(unused());
    here("tar", "xf", archive.toString(), "-C", target.toString());
  }

  private static void here(String... command) throws Exception {
    int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exit != 0) throw new IOException(command[0] + " failed with " + exit);
  }
}
