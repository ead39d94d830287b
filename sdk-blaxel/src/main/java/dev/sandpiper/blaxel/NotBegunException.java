package dev.sandpiper.blaxel;

import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;

/**
 * A command was not started, because the wrapper that records its output cannot work in the
 * sandbox: a tool is missing, or {@link BlaxelClientBuilder#outputDirectory} is not writable. No
 * part of the command has run. It may be run by {@link BlaxelCommand#streamed()}, which needs
 * neither, but is not exact. {@link #retryable()} is true if the wrapper may work later, such as
 * after a full disk.
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
