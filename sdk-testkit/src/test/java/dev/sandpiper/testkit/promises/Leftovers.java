package dev.sandpiper.testkit.promises;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What a test may have left behind. */
public final class Leftovers {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private Leftovers() {}

  /** Waits until nothing is left, and fails with what still is. */
  public static void awaitNone(String what, Supplier<Collection<String>> leftovers) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Collection<String> left = leftovers.get();
    while (!left.isEmpty() && System.nanoTime() < end) {
      pause();
      left = leftovers.get();
    }
    // Not looked at once more: what is still stopping others may come later, and goes by itself.
    assertThat(left).as(what + " left behind").isEmpty();
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      throw new AssertionError("a test left its thread interrupted", e);
    }
  }

  /** The processes that a sandbox started, by the variable that it gives to each. */
  public static List<String> processesOf(String sandboxId) {
    return processesWith("environ", "E2B_SANDBOX_ID=" + sandboxId + "\0");
  }

  /** The processes whose home this is. */
  public static List<String> processesAtHomeIn(String directory) {
    return processesWith("environ", "HOME=" + directory + "\0");
  }

  /** The processes that have this text in their command line. */
  public static List<String> processesNaming(String text) {
    return processesWith("cmdline", text);
  }

  /** The archives of directories in this machine's {@code /tmp} that hold this text. */
  public static List<Path> archivesWith(String text) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/tmp"), ".sp-*.tar")) {
      for (Path archive : all) {
        if (read(archive).contains(text)) {
          found.add(archive);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** One that has ended and that nobody has buried yet has no command line and no environment. */
  private static List<String> processesWith(String file, String mark) {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (read(process.resolve(file)).contains(mark)) {
          found.add(process.getFileName() + " " + read(process.resolve("cmdline")));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** What goes while it is looked at is not left behind. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), UTF_8);
    } catch (IOException e) {
      return "";
    }
  }

  public static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("sandpiper"))
        .toList();
  }
}
