package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Processes that have left their family behind. They are found by the variable that every process
 * of a sandbox inherits, which Linux shows; elsewhere none are found.
 */
public final class Stragglers {
  private static final Logger log = LoggerFactory.getLogger(Stragglers.class);
  private static final Path PROCESSES = Path.of("/proc");
  public static final String E2B_MARK = "E2B_SANDBOX_ID";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Stragglers() {}

  /**
   * Kills until no process of the sandbox is left, because a dying one may just have forked.
   *
   * @param mark the variable
   * @param sandboxId its value
   */
  public static void kill(String mark, String sandboxId) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<ProcessHandle> found = find(mark, sandboxId);
    while (!found.isEmpty() && System.nanoTime() < end) {
      found.forEach(ProcessHandle::destroyForcibly);
      Thread.onSpinWait();
      found = find(mark, sandboxId);
    }
    if (!found.isEmpty()) log.warn("{} processes of {} do not die", found.size(), sandboxId);
  }

  /** Those of an E2B sandbox. */
  public static List<ProcessHandle> find(String sandboxId) {
    return find(E2B_MARK, sandboxId);
  }

  public static List<ProcessHandle> find(String mark, String sandboxId) {
    if (!Files.isDirectory(PROCESSES)) return List.of();
    String variable = "\0" + mark + "=" + sandboxId + "\0";
    List<ProcessHandle> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path entry : entries) {
        if (environment(entry).contains(variable)) {
          ProcessHandle.of(Long.parseLong(entry.getFileName().toString())).ifPresent(found::add);
        }
      }
    } catch (IOException e) {
      log.warn("cannot look for processes in {}", PROCESSES, e);
    }
    return found;
  }

  static String environment(Path process) {
    try {
      return "\0" + new String(Files.readAllBytes(process.resolve("environ")), UTF_8);
    } catch (IOException e) {
      log.trace("gone, or somebody else's: {}", process);
      return "";
    }
  }
}
