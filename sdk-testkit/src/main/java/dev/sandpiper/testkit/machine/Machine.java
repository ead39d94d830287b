package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The resources of this machine, as reported by Linux; zero if unknown. */
public final class Machine {
  private static final Logger log = LoggerFactory.getLogger(Machine.class);
  private static final Path MEMORY = Path.of("/proc/meminfo");

  private Machine() {}

  public static long memoryBytes() {
    return memoryBytes("MemTotal");
  }

  /** One value of {@code /proc/meminfo} in bytes, for example {@code MemAvailable}. */
  public static long memoryBytes(String line) {
    if (!Files.isReadable(MEMORY)) return 0;
    try {
      Matcher matcher =
          Pattern.compile("(?m)^" + line + ":\\s+(\\d+) kB").matcher(Files.readString(MEMORY));
      return matcher.find() ? Long.parseLong(matcher.group(1)) * 1024 : 0;
    } catch (IOException e) {
      log.debug("cannot read {}", MEMORY, e);
      return 0;
    }
  }
}
