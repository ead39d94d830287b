package dev.sandpiper;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The platform wants fewer requests, or fewer sandboxes at a time. Nothing was done. */
public class RateLimitedException extends SandboxException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  public RateLimitedException(Failure failure, @Nullable Duration retryAfter) {
    super(failure, null);
    this.retryAfter = retryAfter;
  }

  /** How long the platform asks to wait, if it says so. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
