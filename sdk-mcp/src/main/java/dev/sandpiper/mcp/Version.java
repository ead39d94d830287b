package dev.sandpiper.mcp;

import java.util.Optional;

/** The version of this module, which clients may show. */
final class Version {
  private Version() {}

  static String text() {
    Package own = Version.class.getPackage();
    return Optional.ofNullable(own.getImplementationVersion()).orElse("unknown");
  }
}
