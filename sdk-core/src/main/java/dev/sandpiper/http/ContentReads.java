package dev.sandpiper.http;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import org.jspecify.annotations.Nullable;

/** Failures of reads from the caller's content. */
public final class ContentReads {
  private ContentReads() {}

  /** True if a read ended because its thread was interrupted. */
  static boolean isInterrupt(@Nullable Throwable failure) {
    boolean isTimeout = failure instanceof SocketTimeoutException;
    return (failure instanceof InterruptedIOException && !isTimeout)
        || failure instanceof ClosedByInterruptException;
  }

  /**
   * The failure of an operation whose content could not be read. After an interrupt the flag is set
   * again.
   */
  public static CancelledException failed(Failure operation, IOException read) {
    boolean isInterrupt = isInterrupt(read);
    if (isInterrupt) {
      Thread.currentThread().interrupt();
    }
    String observed =
        isInterrupt ? "its thread was interrupted" : "the content to send could not be read";
    return new CancelledException(operation.withObserved(observed), read);
  }
}
