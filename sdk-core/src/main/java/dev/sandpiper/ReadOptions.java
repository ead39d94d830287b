package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * Which part of a file to read, and a listener for its progress. Immutable; each method returns a
 * changed copy.
 */
public final class ReadOptions {
  private static final ReadOptions WHOLE =
      new ReadOptions(0, OptionalLong.empty(), TransferListener.none());

  private final long offset;
  private final OptionalLong length;
  private final TransferListener listener;

  private ReadOptions(long offset, OptionalLong length, TransferListener listener) {
    this.offset = offset;
    this.length = length;
    this.listener = listener;
  }

  /** The whole file. */
  public static ReadOptions whole() {
    return WHOLE;
  }

  /**
   * Begins at this byte. Default: 0. For a file of exactly that many bytes the result is empty; for
   * a shorter one, reading throws {@link InvalidRequestException}.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public ReadOptions offset(long firstByte) {
    if (firstByte < 0) {
      throw new IllegalArgumentException("offset must not be negative: " + firstByte);
    }
    return new ReadOptions(firstByte, length, listener);
  }

  /**
   * Reads at most this many bytes; fewer only if the file ends before.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public ReadOptions length(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("length must be positive: " + bytes);
    }
    return new ReadOptions(offset, OptionalLong.of(bytes), listener);
  }

  /** Reports the progress of the read to this listener. */
  public ReadOptions listener(TransferListener listener) {
    return new ReadOptions(offset, length, requireNonNull(listener, "listener"));
  }

  public long offset() {
    return offset;
  }

  public OptionalLong length() {
    return length;
  }

  public TransferListener listener() {
    return listener;
  }
}
