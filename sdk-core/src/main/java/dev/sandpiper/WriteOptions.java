package dev.sandpiper;

import static java.util.Objects.requireNonNull;

/**
 * How to write a file, and a listener for its progress. Immutable; each method returns a changed
 * copy.
 */
public final class WriteOptions {
  private static final WriteOptions IN_PLACE = new WriteOptions(false, TransferListener.none());

  private final boolean atomic;
  private final TransferListener listener;

  private WriteOptions(boolean atomic, TransferListener listener) {
    this.atomic = atomic;
    this.listener = listener;
  }

  /**
   * Writes to the file itself, as the platforms do: others see it grow, and a failed transfer
   * leaves a part of it, which the error says.
   */
  public static WriteOptions inPlace() {
    return IN_PLACE;
  }

  /**
   * Writes to a hidden file in the same directory, and then renames it: others see the old file or
   * the new one, and a failed transfer leaves the old one. The old file's mode is kept; a link is
   * followed, and its target is replaced. Other hard links to the old file keep the old content.
   * Entries that are not regular files, and those in {@code /proc} or {@code /sys}, cannot be
   * replaced: writing to one throws {@link InvalidRequestException}.
   */
  public WriteOptions atomic() {
    return new WriteOptions(true, listener);
  }

  /** Reports the progress of the write to this listener. */
  public WriteOptions listener(TransferListener listener) {
    return new WriteOptions(atomic, requireNonNull(listener, "listener"));
  }

  /** True after {@link #atomic()}. */
  public boolean isAtomic() {
    return atomic;
  }

  public TransferListener listener() {
    return listener;
  }
}
