package dev.sandpiper.benchmarks.local;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.testkit.LocalSandboxes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * One large file up, to both embedded servers, which write it to their disks.
 *
 * <p>Argument: how many bytes.
 */
public final class Uploads {
  private Uploads() {}

  public static void main(String[] args) throws IOException {
    Path file = Files.createTempFile("sandpiper-benchmark", "");
    try (LocalSandboxes local = LocalSandboxes.start()) {
      try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
        zeros.setLength(Long.parseLong(args[0])); // as a hole, which takes no room here
      }
      System.out.printf(
          Locale.ROOT,
          "e2b=%.4f blaxel=%.4f%n",
          seconds(local.e2bClient(), file),
          seconds(local.blaxelClient(), file));
    } finally {
      Files.delete(file);
    }
  }

  private static double seconds(SandboxClient client, Path file) {
    try (client;
        Sandbox sandbox = client.create(SandboxSpec.standard())) {
      return Samples.of(() -> sandbox.files().upload(file, "zeros")) / 1e9;
    }
  }
}
