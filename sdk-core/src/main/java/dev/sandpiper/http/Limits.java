package dev.sandpiper.http;

import java.time.Duration;

/**
 * The limits of every request; zero means no limit.
 *
 * @param connect the connect timeout
 * @param response from the last byte sent to the response headers
 * @param idle without a byte while a read waits for one
 */
public record Limits(Duration connect, Duration response, Duration idle) {

  /** Connect: ten seconds. Response: sixty. Idle: sixty, three keep-alive intervals of twenty. */
  public static Limits standard() {
    return new Limits(Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(60));
  }

  public Limits {
    connect = Durations.notNegative("the connect limit", connect, "no limit");
    response = Durations.notNegative("the response limit", response, "no limit");
    idle = Durations.notNegative("the idle limit", idle, "no limit");
  }

  public Limits withConnect(Duration limit) {
    return new Limits(limit, response, idle);
  }

  public Limits withResponse(Duration limit) {
    return new Limits(connect, limit, idle);
  }

  public Limits withIdle(Duration limit) {
    return new Limits(connect, response, limit);
  }
}
