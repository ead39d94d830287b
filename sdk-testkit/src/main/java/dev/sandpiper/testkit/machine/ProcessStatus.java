package dev.sandpiper.testkit.machine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot of a process.
 *
 * @param state the kernel's letter for its state; {@code ?} if it is only known from Java, and then
 *     group and session are -1
 */
public record ProcessStatus(long pid, char state, long parent, long group, long session) {
  private static final Logger log = LoggerFactory.getLogger(ProcessStatus.class);
  private static final Path PROCESSES = Path.of("/proc");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  /**
   * All processes of this machine if there is {@code /proc}, otherwise these and their descendants.
   */
  static List<ProcessStatus> ofAll(Collection<Long> started) {
    List<ProcessStatus> all = new ArrayList<>();
    if (!Files.isDirectory(PROCESSES)) {
      for (long pid : started) {
        ProcessHandle.of(pid)
            .ifPresent(
                root -> {
                  all.add(of(root));
                  root.descendants().forEach(one -> all.add(of(one)));
                });
      }
      return all;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path entry : entries) read(entry).ifPresent(all::add);
    } catch (IOException e) {
      log.warn("cannot look for processes in {}", PROCESSES, e);
    }
    return all;
  }

  private static ProcessStatus of(ProcessHandle handle) {
    long parent = handle.parent().map(ProcessHandle::pid).orElse(-1L);
    return new ProcessStatus(handle.pid(), '?', parent, -1, -1);
  }

  /** {@code 7 (sh) S 1 7 7 ...}, where the name in parentheses may itself contain parentheses. */
  private static Optional<ProcessStatus> read(Path entry) {
    try {
      String line = Files.readString(entry.resolve("stat"), ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", 5);
      return Optional.of(
          new ProcessStatus(
              Long.parseLong(entry.getFileName().toString()),
              fields[0].charAt(0),
              Long.parseLong(fields[1]),
              Long.parseLong(fields[2]),
              Long.parseLong(fields[3])));
    } catch (IOException e) {
      log.trace("gone: {}", entry);
      return Optional.empty();
    }
  }

  boolean isKnown() {
    return state != '?';
  }

  boolean isStopped() {
    return state == 'T' || state == 't';
  }

  boolean isZombie() {
    return state == 'Z' || state == 'X';
  }

  /** The CPU time that it has used; zero if unknown. */
  public Duration cpu() {
    return ProcessHandle.of(pid)
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElse(Duration.ZERO);
  }

  /** Its resident memory; zero if unknown. */
  public long residentBytes() {
    try {
      Path status = PROCESSES.resolve(pid + "/status");
      Matcher resident = RESIDENT.matcher(Files.readString(status, ISO_8859_1));
      return resident.find() ? Long.parseLong(resident.group(1)) * 1024 : 0;
    } catch (IOException e) {
      log.trace("gone: {}", pid);
      return 0;
    }
  }

  /** Whether it was started with a variable, {@code NAME=value}. */
  boolean hasVariable(String variable) {
    return isKnown()
        && environment(PROCESSES.resolve(Long.toString(pid))).contains("\0" + variable + "\0");
  }

  private static String environment(Path process) {
    try {
      return "\0" + new String(Files.readAllBytes(process.resolve("environ")), UTF_8);
    } catch (IOException e) {
      log.trace("gone, or somebody else's: {}", process);
      return "";
    }
  }
}
