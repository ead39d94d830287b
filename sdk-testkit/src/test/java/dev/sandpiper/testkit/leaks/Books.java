package dev.sandpiper.testkit.leaks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What this JVM holds, client and server: descriptors, threads, bytes, and the living objects of
 * the client's classes, which are its registered calls, connections and books.
 */
record Books(Map<String, Long> counts) {
  private static final Pattern LINE =
      Pattern.compile("(?m)^ *\\d+: +(\\d+) +(\\d+) +(\\S+)(?: \\(\\S+\\))?$");

  /**
   * Of the servers only the machines: they remember what has ended, and its messages, for a while.
   */
  private static final Pattern OURS =
      Pattern.compile(
          "dev\\.sandpiper\\.(?!testkit|e2b\\.proto).*|okhttp3\\..*|java\\.lang\\.ref\\.Cleaner.*"
              + "|dev\\.sandpiper\\.testkit\\.blaxel\\.RunningSandbox");

  /** Threads that their pools, of the servers and the JDK, keep for a minute. */
  private static final Pattern IDLE = Pattern.compile("sandpiper-local-.*|process reaper.*");

  private static final String HEAP = "megabytes of the heap";

  /**
   * The embedded server remembers the end of a process, and some 50 KB of it, for half a minute.
   */
  private static final long HEAP_KEPT = 32;

  /** Collects garbage, and counts what is left. */
  static Books open() {
    Map<String, Long> counts = new TreeMap<>();
    long bytes = 0;
    for (MatchResult line : LINE.matcher(histogram()).results().toList()) {
      bytes += Long.parseLong(line.group(2));
      if (OURS.matcher(line.group(3)).matches()) {
        counts.put("objects of " + line.group(3), Long.parseLong(line.group(1)));
      }
    }
    counts.put(HEAP, bytes >> 20);
    Thread.getAllStackTraces().keySet().stream()
        .map(thread -> thread.getName().replaceAll("[0-9]+", "#"))
        .filter(name -> !IDLE.matcher(name).matches())
        .forEach(name -> counts.merge("threads " + name, 1L, Long::sum));
    counts.put("descriptors", descriptors());
    return new Books(counts);
  }

  /** What there is more of than before, by more than so many. */
  Map<String, Long> beyond(Books before, long most) {
    Map<String, Long> more = new TreeMap<>();
    counts.forEach(
        (what, count) -> {
          long grown = count - before.counts.getOrDefault(what, 0L);
          if (grown > (what.equals(HEAP) ? HEAP_KEPT : most)) more.put(what, grown);
        });
    return more;
  }

  private static String histogram() {
    try {
      return (String)
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long descriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
