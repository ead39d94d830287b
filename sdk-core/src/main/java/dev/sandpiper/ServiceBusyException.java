package dev.sandpiper;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The platform is overloaded (503). {@link #retryable()} says whether it is certain that nothing
 * was changed, so that the call can be repeated later.
 */
public class ServiceBusyException extends PlatformException {
  private static final long serialVersionUID = 1L;

  private final @Nullable Duration retryAfter;

  public ServiceBusyException(
      Failure failure, @Nullable Duration retryAfter, @Nullable Throwable cause) {
    super(failure, cause);
    this.retryAfter = retryAfter;
  }

  /** How long to wait before the next attempt, if the platform says so. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
