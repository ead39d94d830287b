package dev.sandpiper.blaxel.server;

import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import java.time.Duration;

/**
 * How long to wait for operations of the platform. Tests wait less.
 *
 * @param first the first pause; each is twice as long as the one before
 * @param longest the longest pause
 * @param conflict how long an old sandbox of the same name may take to be deleted
 * @param creation how long a sandbox may take to exist after its creation was cut by the gateway
 * @param lookup how long to look for a sandbox after its creation was cut by anything else
 * @param ready how long a new sandbox may take to respond
 * @param waking how long a sandbox may take to wake
 * @param lost how long to reconnect to a process whose stream was lost
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

  /** No limit longer than this. */
  public static Waits ofAtMost(Duration limit) {
    Duration pause = Duration.ofMillis(5);
    return new Waits(pause, pause, limit, limit, limit, limit, limit, limit);
  }

  /**
   * Growing pauses within one of these limits, which begins now. The call's own deadline does not
   * end them.
   */
  public Backoff within(Duration limit, CallScope call) {
    return new Backoff(first, longest, call.apart().within(limit));
  }
}
