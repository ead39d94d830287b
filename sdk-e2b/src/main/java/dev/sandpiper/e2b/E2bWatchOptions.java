package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.WatchOptions;

/** {@link WatchOptions} with options specific to E2B. Immutable. */
public final class E2bWatchOptions {
  private final WatchOptions common;
  private final boolean networkMounts;

  private E2bWatchOptions(WatchOptions common, boolean networkMounts) {
    this.common = common;
    this.networkMounts = networkMounts;
  }

  public static E2bWatchOptions of(WatchOptions common) {
    return new E2bWatchOptions(requireNonNull(common, "common"), false);
  }

  /**
   * Also watches a network file system, which is rejected otherwise, because changes made by other
   * machines are not reported there. Needs envd 0.6.4.
   */
  public E2bWatchOptions includeNetworkMounts() {
    return new E2bWatchOptions(common, true);
  }

  public WatchOptions common() {
    return common;
  }

  /** True after {@link #includeNetworkMounts()}. */
  public boolean includesNetworkMounts() {
    return networkMounts;
  }
}
