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
    return new DirectoryOptions(true, limit, excludes, listener);
  }

  /**
   * Gives up above this many bytes of content. On the way down everything else that the sandbox
   * sends counts too, beyond the first MiB: about one KiB for each entry. Default: 64 GiB.
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
   * Leaves out what these patterns match, with all that is below it, and does not count it. They
   * are those of a {@code .gitignore} in the directory that is copied, except for character classes
   * in brackets, and follow those that were given before: the last one that matches decides.
   *
   * <ul>
   *   <li>{@code *} is any text and {@code ?} one character, both without a slash; {@code **} is
   *       any number of directories. A backslash escapes the character that follows.
   *   <li>A pattern with a slash at its beginning or within is a path below the directory; any
   *       other is a name at any depth. A slash at the end says that only directories match.
   *   <li>{@code !} at the beginning includes what matches again, if no directory above it is left
   *       out. Blank lines and those that begin with {@code #} are ignored.
   * </ul>
   *
   * <p>In a download the sandbox still packs and sends these entries, and they are dropped here.
   *
   * @throws IllegalArgumentException if one is not such a pattern, or all have more than 65,536
   *     characters
   */
  public DirectoryOptions exclude(List<String> patterns) {
    List<String> all = new ArrayList<>(excludes);
    all.addAll(patterns);
    Excludes.of(all); // refuses malformed patterns
    return new DirectoryOptions(skipping, limit, List.copyOf(all), listener);
  }

  /** {@link #exclude(List)} of these. */
  public DirectoryOptions exclude(String... patterns) {
    return exclude(List.of(patterns));
  }

  /** Reports the progress of the copy to this listener. */
  public DirectoryOptions listener(TransferListener told) {
    return new DirectoryOptions(skipping, limit, excludes, requireNonNull(told, "listener"));
  }

  /** True after {@link #skipUnsafe()}. */
  public boolean skipsUnsafe() {
    return skipping;
  }

  /** How many bytes at the most. */
  public long limitBytes() {
    return limit;
  }

  /** The patterns of {@link #exclude(List)}, in their order. */
  public List<String> excludes() {
    return excludes;
  }

  public TransferListener listener() {
    return listener;
  }
}
