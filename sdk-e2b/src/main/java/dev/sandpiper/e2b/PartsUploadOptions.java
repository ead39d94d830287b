package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.TransferListener;

/**
 * How to send a file in parts. Immutable; each method returns a changed copy.
 *
 * @see E2bFilesystem#uploadInParts
 */
public final class PartsUploadOptions {
  private static final int MOST_PARALLEL = 16;

  private final int parallel;
  private final TransferListener listener;

  private PartsUploadOptions(int parallel, TransferListener listener) {
    this.parallel = parallel;
    this.listener = listener;
  }

  /**
   * Sends up to this many parts at a time.
   *
   * @param parts 1 to 16
   */
  public static PartsUploadOptions parallel(int parts) {
    if (parts < 1 || parts > MOST_PARALLEL) {
      throw new IllegalArgumentException(
          "1 to " + MOST_PARALLEL + " parts at a time, not " + parts);
    }
    return new PartsUploadOptions(parts, TransferListener.none());
  }

  /**
   * Reports the progress of all parts together to this listener: always on the calling thread,
   * while it sends, several times a second while it waits for other threads, and once more when the
   * parts are joined.
   */
  public PartsUploadOptions listener(TransferListener listener) {
    return new PartsUploadOptions(parallel, requireNonNull(listener, "listener"));
  }

  public int parallel() {
    return parallel;
  }

  public TransferListener listener() {
    return listener;
  }
}
