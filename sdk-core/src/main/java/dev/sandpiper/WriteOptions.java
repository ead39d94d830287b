package dev.sandpiper;

import static java.util.Objects.requireNonNull;

/**
 * How to write a file, and the listener of its progress. Immutable; each method returns a changed
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
   * Into the file itself, as the platforms do it: others see it grow, and a transfer that breaks
   * leaves a part, which the error says.
   */
  public static WriteOptions inPlace() {
    return IN_PLACE;
  }

  /**
   * Beside the file, under a hidden name, and then in its place: others see the old file or the new
   * one, and a transfer that breaks leaves the old. The old file's mode is kept; a link is
   * followed, and what it leads to is replaced. Other hard links to the old file keep the old
   * content. What is not a regular file, and what is in {@code /proc} or {@code /sys}, cannot be
   * replaced, which is an {@link InvalidRequestException}.
   */
  public WriteOptions atomic() {
    return new WriteOptions(true, listener);
  }

  /** Reports the progress of the write to this listener. */
  public WriteOptions listener(TransferListener told) {
    return new WriteOptions(atomic, requireNonNull(told, "listener"));
  }

  /** True after {@link #atomic()}. */
  public boolean isAtomic() {
    return atomic;
  }

  public TransferListener listener() {
    return listener;
  }
}
