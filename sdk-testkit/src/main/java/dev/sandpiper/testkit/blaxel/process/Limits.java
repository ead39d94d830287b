package dev.sandpiper.testkit.blaxel.process;

import java.time.Duration;

/**
 * Limits that the real server reads from its own environment or has built in.
 *
 * @param logFileBytes above this a log file loses its beginning, at each sweep
 * @param sweep how often log files are checked
 * @param streamKeepAlive the interval of keep-alives of a process's stream
 * @param textKeepAlive the interval of keep-alives in the wrong place
 */
public record Limits(
    int logFileBytes, Duration sweep, Duration streamKeepAlive, Duration textKeepAlive) {
  public static final Limits REAL =
      new Limits(32 << 20, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30));
}
