package dev.sandpiper.e2b;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.WatchOptions;

/** {@link WatchOptions} with what only E2B knows. Immutable. */
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
   * Also on a file system that is mounted over the network, which is refused otherwise: changes
   * that other machines make are not reported there. Needs envd 0.6.4.
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
