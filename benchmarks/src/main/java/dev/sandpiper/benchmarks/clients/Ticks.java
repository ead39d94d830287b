package dev.sandpiper.benchmarks.clients;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The times that a server has written, against those at which they arrived: one clock. */
final class Ticks {
  private static final Pattern TIME = Pattern.compile("\\d{20}");

  private final long[] nanos;
  private int count;

  Ticks(int most) {
    nanos = new long[most];
  }

  /** Looks for a time in what has just arrived. */
  void look(byte[] bytes, int length) {
    long now = System.nanoTime();
    Matcher times = TIME.matcher(new String(bytes, 0, length, US_ASCII));
    while (times.find() && count < nanos.length) {
      nanos[count++] = now - Long.parseLong(times.group());
    }
  }

  /**
   * Without the first half, in which the JVM warms up. A time that was cut by the end of a read is
   * left out.
   */
  long[] all() {
    if (count < nanos.length - nanos.length / 100) {
      throw new IllegalStateException(count + " of " + nanos.length + " times have arrived");
    }
    return Arrays.copyOfRange(nanos, count / 2, count);
  }
}
