package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real server gives what it makes or overwrites to the user it acts for. Here that is this
 * machine's user already; what is left is the change of attributes that a watch reports.
 */
public final class Ownership {
  private static final Logger log = LoggerFactory.getLogger(Ownership.class);

  private Ownership() {}

  public static void take(Path file) {
    try {
      Files.setOwner(file, Files.getOwner(file));
    } catch (IOException | UnsupportedOperationException e) {
      log.debug("the owner of {} stays as it is: {}", file, e.toString());
    }
  }
}
