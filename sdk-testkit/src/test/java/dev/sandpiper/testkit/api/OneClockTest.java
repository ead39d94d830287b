package dev.sandpiper.testkit.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A client reads one clock and waits in one place, so that a test can drive its time. */
class OneClockTest {
  private static final Pattern TIME_OF_THE_MACHINE =
      Pattern.compile(
          "System\\s*\\.(nanoTime|currentTimeMillis)|Instant\\.now\\(|Clock\\.system|Time\\.system\\("
              + "|CallScope\\.open\\(\\)|[a-zA-Z]\\.sleep\\(\\d|Thread\\.sleep|awaitNanos|awaitUntil"
              + "|parkNanos|parkUntil|ScheduledThreadPoolExecutor\\(|newScheduled"
              + "|(tryLock|tryAcquire)\\(\\w+,|delayedExecutor|orTimeout|completeOnTimeout"
              + "|\\.(get|await|poll|wait|join)\\([^()]*TimeUnit\\.");

  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("SystemTime", "it is the machine's time"),
          Map.entry("GuardedScheduler", "it keeps what is to happen by the machine's time"),
          Map.entry("ManualTime", "a test that waits for its own client in vain has to fail"),
          Map.entry("SandboxClientBuilder", "the time of the machine is the default"),
          Map.entry("SandboxPoolBuilder", "the time of the machine is the default"),
          Map.entry("ClientResources", "the time of the machine is the default"),
          Map.entry("CallScope", "a lock can only be waited for by the machine's time"),
          Map.entry("HttpRequest", "a scope without an end reads no clock"),
          Map.entry(
              "StreamedCommand", "events gather for a moment that nobody promises anything of"),
          Map.entry("LoggingTransport", "the log tells how long a request has really taken"),
          Map.entry("ConnectTurns", "it measures what OkHttp takes to connect"),
          Map.entry("ProcessApi", "it measures a round trip"),
          Map.entry("PartsUpload", "it tells progress while other threads work"));

  @Test
  void noOtherClassReadsAClockOrWaitsByTheMachinesTime() throws IOException {
    Set<String> readers = new TreeSet<>();
    for (String module : List.of("sdk-core", "sdk-e2b", "sdk-blaxel")) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          if (TIME_OF_THE_MACHINE.matcher(code(file)).find()) {
            String name = file.getFileName().toString();
            readers.add(name.substring(0, name.length() - ".java".length()));
          }
        }
      }
    }
    assertThat(readers).containsExactlyInAnyOrderElementsOf(REASONS.keySet());
  }

  /** A file without its comments. */
  private static String code(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .filter(line -> !line.strip().startsWith("*") && !line.strip().startsWith("//"))
        .collect(Collectors.joining("\n"));
  }
}
