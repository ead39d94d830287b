package dev.sandpiper.blaxel.process;

import dev.sandpiper.PlatformException;

/** Makes the error of a command whose wrapper could not begin it. */
@FunctionalInterface
public interface NotBegun {
  /**
   * The error.
   *
   * @param isPassing true if the wrapper may work another time
   */
  PlatformException of(String command, String reason, boolean isPassing);
}
