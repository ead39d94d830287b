package dev.sandpiper.blaxel.server;

import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/**
 * How long to wait for what the platform does in its own time. Tests wait less.
 *
 * @param first the first pause; each is twice as long as the one before
 * @param longest the longest pause
 * @param conflict how long an old sandbox of the same name may take to be gone
 * @param creation how long a sandbox may take to exist after its creation was cut by the gateway
 * @param lookup how long to look for a sandbox after its creation was cut by anything else
 * @param ready how long a new sandbox may take to answer
 * @param waking how long a sandbox may take to wake
 * @param lost how long a process whose stream was lost is asked for without success
 */
public record Waits(
    Duration first,
    Duration longest,
    Duration conflict,
    Duration creation,
    Duration lookup,
    Duration ready,
    Duration waking,
    Duration lost) {

  public static Waits standard() {
    return new Waits(
        Duration.ofMillis(250),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofSeconds(120),
        Duration.ofSeconds(10),
        Duration.ofSeconds(60),
        Duration.ofSeconds(60),
        Duration.ofSeconds(60));
  }

  /** All limits as short as this. */
  public static Waits ofAtMost(Duration limit) {
    Duration pause = Duration.ofMillis(5);
    return new Waits(pause, pause, limit, limit, limit, limit, limit, limit);
  }

  /** Growing pauses for one of these limits, which begins now; a call's end is not theirs. */
  public Backoff within(Duration limit, CallScope call) {
    return new Backoff(first, longest, call.apart().within(limit));
  }
}
