package dev.sandpiper;

import static java.util.Objects.requireNonNull;

/** How to copy a whole directory. Immutable; each method returns a changed copy. */
public final class DirectoryOptions {
  private static final long STANDARD_LIMIT = 64L << 30;
  private static final DirectoryOptions STANDARD =
      new DirectoryOptions(false, STANDARD_LIMIT, TransferListener.none());

  private final boolean skipping;
  private final long limit;
  private final TransferListener listener;

  private DirectoryOptions(boolean skipping, long limit, TransferListener listener) {
    this.skipping = skipping;
    this.limit = limit;
    this.listener = listener;
  }

  /** Everything or nothing, up to 64 GiB. */
  public static DirectoryOptions standard() {
    return STANDARD;
  }

  /**
   * Leaves out what cannot be copied, and names it in {@link DirectorySummary#skipped()}: pipes,
   * sockets and devices, names that are not UTF-8, on the way up what cannot be read, and on the
   * way down links that lead out of the directory. A file that changes while the sandbox packs it
   * is copied as it was read, and named too. Without this such an entry is an error.
   */
  public DirectoryOptions skipUnsafe() {
    return new DirectoryOptions(true, limit, listener);
  }

  /**
   * Gives up above this many bytes of content. On the way down everything else that the sandbox
   * sends counts too, beyond the first MiB: about one KiB for each entry. Default: 64 GiB.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public DirectoryOptions limitBytes(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a limit of bytes is positive, not " + bytes);
    }
    return new DirectoryOptions(skipping, bytes, listener);
  }

  /** Tells this listener while the copy is made. */
  public DirectoryOptions listener(TransferListener told) {
    return new DirectoryOptions(skipping, limit, requireNonNull(told, "listener"));
  }

  /** True after {@link #skipUnsafe()}. */
  public boolean skipsUnsafe() {
    return skipping;
  }

  /** How many bytes at the most. */
  public long limitBytes() {
    return limit;
  }

  public TransferListener listener() {
    return listener;
  }
}
