package dev.sandpiper;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.files.Excludes;
import java.util.ArrayList;
import java.util.List;

/** How to copy a whole directory. Immutable; each method returns a changed copy. */
public final class DirectoryOptions {
  private static final long STANDARD_LIMIT = 64L << 30;
  private static final DirectoryOptions STANDARD =
      new DirectoryOptions(false, STANDARD_LIMIT, List.of(), TransferListener.none());

  private final boolean skipping;
  private final long limit;
  private final List<String> excludes;
  private final TransferListener listener;

  private DirectoryOptions(
      boolean skipping, long limit, List<String> excludes, TransferListener listener) {
    this.skipping = skipping;
    this.limit = limit;
    this.excludes = excludes;
    this.listener = listener;
  }

  /** Copies everything or fails, up to 64 GiB. */
  public static DirectoryOptions standard() {
    return STANDARD;
  }

  /**
   * Skips entries that cannot be copied, and lists them in {@link DirectorySummary#skipped()}:
   * pipes, sockets and devices, names that are not UTF-8, in an upload entries that cannot be read,
   * and in a download links that lead out of the directory. A file that changes while the sandbox
   * packs it is copied as it was read, and listed too. Without this, such an entry is an error.
   */
  public DirectoryOptions skipUnsafe() {
    return new DirectoryOptions(true, limit, excludes, listener);
  }

  /**
   * Fails above this many bytes of content. In a download everything else that the sandbox sends
   * counts too, beyond the first MiB: about one KiB for each entry. Default: 64 GiB.
   *
   * @throws IllegalArgumentException if it is not positive
   */
  public DirectoryOptions limitBytes(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("the limit of bytes must be positive: " + bytes);
    }
    return new DirectoryOptions(skipping, bytes, excludes, listener);
  }

  /**
   * Leaves out entries that match these patterns, with everything below them, and does not count
   * them. The patterns have the syntax of a {@code .gitignore} file in the copied directory,
   * without character classes in brackets. They are added after earlier ones: the last one that
   * matches decides.
   *
   * <ul>
   *   <li>{@code *} is any text and {@code ?} one character, both without a slash; {@code **} is
   *       any number of directories. A backslash escapes the character that follows.
   *   <li>A pattern with a slash at its beginning or within is a path below the directory; any
   *       other is a name at any depth. With a slash at the end it matches only directories.
   *   <li>{@code !} at the beginning includes matching entries again, if no directory above them is
   *       left out. Blank lines and those that begin with {@code #} are ignored.
   * </ul>
   *
   * <p>In a download the sandbox still packs and sends these entries, and they are dropped here.
   *
   * @throws IllegalArgumentException if one is not such a pattern, or together they have more than
   *     65,536 characters
   */
  public DirectoryOptions exclude(List<String> patterns) {
    List<String> all = new ArrayList<>(excludes);
    all.addAll(patterns);
    Excludes.of(all); // rejects malformed patterns
    return new DirectoryOptions(skipping, limit, List.copyOf(all), listener);
  }

  /** Like {@link #exclude(List)}. */
  public DirectoryOptions exclude(String... patterns) {
    return exclude(List.of(patterns));
  }

  /** Reports the progress of the copy to this listener. */
  public DirectoryOptions listener(TransferListener listener) {
    return new DirectoryOptions(skipping, limit, excludes, requireNonNull(listener, "listener"));
  }

  /** True after {@link #skipUnsafe()}. */
  public boolean skipsUnsafe() {
    return skipping;
  }

  /** The maximum number of bytes. */
  public long limitBytes() {
    return limit;
  }

  /** The patterns of {@link #exclude(List)}, in order. */
  public List<String> excludes() {
    return excludes;
  }

  public TransferListener listener() {
    return listener;
  }
}
