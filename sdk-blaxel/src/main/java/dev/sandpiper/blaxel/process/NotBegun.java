package dev.sandpiper.blaxel.process;

import dev.sandpiper.PlatformException;

/** Creates the exception for a command whose wrapper could not begin it. */
@FunctionalInterface
public interface NotBegun {
  /**
   * Creates the exception.
   *
   * @param isPassing true if a later attempt may succeed
   */
  PlatformException of(String command, String reason, boolean isPassing);
}
