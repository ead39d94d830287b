package dev.sandpiper.pool;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Explains why a caller did not get a sandbox in time. */
final class Shortage {
  private Shortage() {}

  static DeadlineExceededException of(
      PoolOptions<?> options, Holdings<?> held, Duration limit, @Nullable Throwable lastFailure) {
    String last =
        lastFailure instanceof SandboxException known
            ? "; the last failure was " + known.failure().message()
            : "";
    String observed =
        "no sandbox was free within the wait limit of "
            + Durations.text(limit)
            + ": "
            + held.total()
            + " of at most "
            + options.maximum()
            + " exist, "
            + held.leased.size()
            + " of them leased, and "
            + held.waiters.size()
            + " callers are waiting"
            + last;
    Failure failure = Failure.of("lease", options.owner(), observed);
    return new DeadlineExceededException(
        Limit.RESPONSE, limit, failure.withRetryable(true), null, lastFailure);
  }
}
