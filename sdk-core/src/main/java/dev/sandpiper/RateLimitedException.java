package dev.sandpiper;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A rate limit or a limit on concurrent sandboxes was exceeded. Nothing was done. */
public class RateLimitedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  public RateLimitedException(Failure failure, @Nullable Duration retryAfter) {
    super(failure, null);
    this.retryAfter = retryAfter;
  }

  /** How long to wait before the next attempt, if the platform says so. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
