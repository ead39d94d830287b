package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.http.Durations;
import java.time.Duration;

/**
 * How often a client repeats a request, after which pauses, and the listener for these decisions.
 * Which requests may be repeated cannot be configured: {@code docs/retries.md} lists them, and none
 * of them does anything twice. The deadline of a call takes precedence: no pause outlasts it.
 * Immutable; each method returns a changed copy.
 *
 * <p>These options apply to single requests. Operations of several requests have limits of their
 * own: searching for a started process or a created sandbox, attaching to a process again,
 * reopening a watch, waiting for a sandbox that wakes.
 *
 * @see SandboxClientBuilder#retries
 */
public final class RetryOptions {
  private static final int MOST_ATTEMPTS = 100;
  private static final RetryOptions STANDARD =
      new RetryOptions(3, Duration.ofMillis(200), Duration.ofSeconds(10), RetryListener.none());

  private final int attempts;
  private final Duration firstPause;
  private final Duration longestPause;
  private final RetryListener listener;

  private RetryOptions(
      int attempts, Duration firstPause, Duration longestPause, RetryListener listener) {
    this.attempts = attempts;
    this.firstPause = firstPause;
    this.longestPause = longestPause;
    this.listener = listener;
  }

  /** Three attempts, 200 ms before the second, at most ten seconds before one; no listener. */
  public static RetryOptions standard() {
    return STANDARD;
  }

  /**
   * How often a request is sent at most, the first time included. A request that an HTTP/2 peer
   * refuses unprocessed ({@code REFUSED_STREAM}, GOAWAY) is sent up to ten times, unless this is 1.
   *
   * @param most 1 to 100; 1 disables retries
   * @throws IllegalArgumentException if it is outside this range
   */
  public RetryOptions attempts(int most) {
    if (most < 1 || most > MOST_ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempts must be 1 to " + MOST_ATTEMPTS + ": " + most + "; 1 means no repetition");
    }
    return new RetryOptions(most, firstPause, longestPause, listener);
  }

  /**
   * The pause before the second attempt. Each later one is twice as long, up to eight times this;
   * all are lengthened or shortened at random, by up to a half. If the platform sends {@code
   * Retry-After}, that is the pause.
   *
   * @param pause zero disables pauses
   * @throws IllegalArgumentException if it is negative
   */
  public RetryOptions firstPause(Duration pause) {
    Duration checked = Durations.notNegative("firstPause", pause, "no pause");
    return new RetryOptions(attempts, checked, longestPause, listener);
  }

  /**
   * The maximum pause. If {@code Retry-After} is longer, the call fails immediately, with the time
   * in {@link RateLimitedException#retryAfter()} if the status is 429.
   *
   * @param pause zero disables pauses, and makes a call fail on any {@code Retry-After} above zero
   * @throws IllegalArgumentException if it is negative
   */
  public RetryOptions longestPause(Duration pause) {
    Duration checked = Durations.notNegative("longestPause", pause, "no pause");
    return new RetryOptions(attempts, firstPause, checked, listener);
  }

  /** Reports each decision to this listener. Called from many threads. */
  public RetryOptions listener(RetryListener listener) {
    return new RetryOptions(
        attempts, firstPause, longestPause, requireNonNull(listener, "listener"));
  }

  public int attempts() {
    return attempts;
  }

  public Duration firstPause() {
    return firstPause;
  }

  public Duration longestPause() {
    return longestPause;
  }

  public RetryListener listener() {
    return listener;
  }
}
