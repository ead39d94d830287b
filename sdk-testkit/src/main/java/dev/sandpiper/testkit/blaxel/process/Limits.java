package dev.sandpiper.testkit.blaxel.process;

import java.time.Duration;

/**
 * What the real server reads from its own environment or has built in.
 *
 * @param logFileBytes above this a log file loses its head, at each sweep
 * @param sweep how often log files are looked at
 * @param streamKeepAlive how often a process's stream says that it lives
 * @param textKeepAlive how often it says so in the wrong place
 */
public record Limits(
    int logFileBytes, Duration sweep, Duration streamKeepAlive, Duration textKeepAlive) {
  public static final Limits REAL =
      new Limits(32 << 20, Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(30));
}
