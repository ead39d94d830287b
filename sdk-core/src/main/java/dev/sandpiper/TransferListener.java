package dev.sandpiper;

/**
 * Receives the progress of a transfer, on the thread that transfers, after every piece of it (64
 * KiB or less) and once more at the end. If it throws, the transfer stops, and the exception is
 * passed to the caller.
 */
@FunctionalInterface
public interface TransferListener {

  void progress(TransferProgress progress);

  /** A listener that does nothing. */
  static TransferListener none() {
    return progress -> {};
  }
}
