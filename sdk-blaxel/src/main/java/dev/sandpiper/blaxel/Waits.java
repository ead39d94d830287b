package dev.sandpiper.blaxel;

import dev.sandpiper.http.Durations;
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
 * @param lost how long a process whose stream was lost is asked for in vain
 */
record Waits(
    Duration first,
    Duration longest,
    Duration conflict,
    Duration creation,
    Duration lookup,
    Duration ready,
    Duration waking,
    Duration lost) {

  static Waits standard() {
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
  static Waits ofAtMost(Duration limit) {
    Duration pause = Duration.ofMillis(5);
    return new Waits(pause, pause, limit, limit, limit, limit, limit, limit);
  }

  Backoff conflicts() {
    return new Backoff(conflict);
  }

  Backoff creations() {
    return new Backoff(creation);
  }

  Backoff lookups() {
    return new Backoff(lookup);
  }

  Backoff readiness() {
    return new Backoff(ready);
  }

  Backoff wakings() {
    return new Backoff(waking);
  }

  /** Growing pauses within one limit, which begins now. For one thread. */
  final class Backoff {
    private final long deadline;
    private Duration pause = first;

    private Backoff(Duration limit) {
      deadline = System.nanoTime() + Durations.nanos(limit);
    }

    boolean hasTime() {
      return System.nanoTime() - deadline < 0;
    }

    Duration next() {
      Duration now = pause;
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(longest) > 0 ? longest : doubled;
      return now;
    }
  }
}
