package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;

/**
 * A command was not begun, because the wrapper that writes down its output cannot work in the
 * sandbox: a tool is missing, or nothing can be written in {@link
 * BlaxelClientBuilder#outputDirectory}. Nothing of the command has run. It may be run by {@link
 * BlaxelCommand#streamed()}, which needs neither, and is not exact; {@link #retryable()} is true if
 * the wrapper may work another time, as on a disk that is full for a while.
 */
public final class NotBegunException extends PlatformException {
  private static final long serialVersionUID = 1L;

  NotBegunException(String command, String reason, boolean isPassing) {
    super(
        Failure.of(
                "start",
                command,
                "it was not begun: "
                    + reason
                    + "; BlaxelCommand.streamed() needs nothing in the sandbox")
            .withRetryable(isPassing));
  }
}
