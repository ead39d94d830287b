package dev.sandpiper.testkit.e2b;

import java.util.List;
import java.util.Map;

/** Everything about a command that the kernel needs to know. */
record Launch(
    List<String> command, String directory, Map<String, String> environment, boolean takesInput) {
  /** The command was not started. The message is the kernel's reason. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String reason) {
      super(reason);
    }
  }
}
