package dev.sandpiper;

/** What to watch of a directory. Immutable; each method returns a changed copy. */
public final class WatchOptions {
  private static final WatchOptions STANDARD = new WatchOptions(false, false);

  private final boolean recursive;
  private final boolean info;

  private WatchOptions(boolean recursive, boolean info) {
    this.recursive = recursive;
    this.info = info;
  }

  /** The entries of the directory itself, by their names. */
  public static WatchOptions standard() {
    return STANDARD;
  }

  /**
   * Also what is in directories below it. A new one is watched as soon as the sandbox sees it: what
   * is made in it before that may not be reported, so list a new directory to be sure.
   */
  public WatchOptions recursive() {
    return new WatchOptions(true, info);
  }

  /** With the {@link FileInfo} of each entry that still exists when its event is sent. */
  public WatchOptions includeInfo() {
    return new WatchOptions(recursive, true);
  }

  /** True after {@link #recursive()}. */
  public boolean isRecursive() {
    return recursive;
  }

  /** True after {@link #includeInfo()}. */
  public boolean includesInfo() {
    return info;
  }
}
