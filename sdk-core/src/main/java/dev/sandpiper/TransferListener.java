package dev.sandpiper;

/**
 * Receives the progress of a transfer, on the thread that transfers, after every piece of it (64
 * KiB or less) and once more at the end. One that throws stops the transfer, and its exception is
 * what the caller gets.
 */
@FunctionalInterface
public interface TransferListener {

  void progress(TransferProgress progress);

  /** Listens to nothing. */
  static TransferListener none() {
    return progress -> {};
  }
}
