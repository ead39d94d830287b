package dev.sandpiper.testkit.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The real server changes the owner of files that it creates or overwrites to the request's user.
 * Here that is this machine's user already; only the change of attributes remains, which a watch
 * reports.
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
