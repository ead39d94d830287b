package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;

/** The wrapper of a command could not work, and has not begun the command. */
final class NotBegunException extends PlatformException {
  private static final long serialVersionUID = 1L;

  NotBegunException(Failure failure) {
    super(failure.withRetryable(true));
  }
}
