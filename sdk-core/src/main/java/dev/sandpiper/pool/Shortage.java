package dev.sandpiper.pool;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a caller got no sandbox in time. */
final class Shortage {
  private Shortage() {}

  static DeadlineExceededException of(
      PoolOptions<?> options, Holdings<?> held, Duration limit, @Nullable Throwable lastFailure) {
    String observed =
        "no sandbox was free within the wait limit of %s: %d of at most %d exist, %d of them leased,"
            + " and %d callers still wait%s";
    String last =
        lastFailure instanceof SandboxException known
            ? "; the last failure was " + known.failure().message()
            : "";
    Failure failure =
        Failure.of(
            "lease",
            options.owner(),
            observed.formatted(
                Durations.text(limit),
                held.total(),
                options.maximum(),
                held.leased.size(),
                held.waiters.size(),
                last));
    return new DeadlineExceededException(
        Limit.RESPONSE, limit, failure.withRetryable(true), null, lastFailure);
  }
}
