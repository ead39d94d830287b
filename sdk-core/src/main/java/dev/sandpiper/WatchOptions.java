package dev.sandpiper;

/** How to watch a directory. Immutable; each method returns a changed copy. */
public final class WatchOptions {
  private static final WatchOptions STANDARD = new WatchOptions(false, false);

  private final boolean recursive;
  private final boolean info;

  private WatchOptions(boolean recursive, boolean info) {
    this.recursive = recursive;
    this.info = info;
  }

  /** Watches the directory's own entries, and reports their paths only. */
  public static WatchOptions standard() {
    return STANDARD;
  }

  /**
   * Also watches the directories below it. A new directory is watched as soon as the sandbox
   * notices it: entries created in it before may not be reported, so list a new directory to be
   * sure.
   */
  public WatchOptions recursive() {
    return new WatchOptions(true, info);
  }

  /** Adds the {@link FileInfo} of each entry that still exists when its event is sent. */
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
