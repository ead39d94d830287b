package dev.sandpiper.testkit;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** The process that started this one. */
final class Parent {
  private static final long LOOK_MILLIS = 200;
  private static final long NONE = 0;
  private static final long INIT = 1;

  private final long pid;

  private Parent(long pid) {
    this.pid = pid;
  }

  /**
   * @param pid the parent's pid, if the command line names it: only then is it certain that it has
   *     not ended yet
   * @throws IllegalStateException if it has ended, or may have
   */
  static Parent of(OptionalLong pid) {
    long current = current();
    if (pid.isPresent() && pid.getAsLong() != current) {
      throw new IllegalStateException(
          "process " + pid.getAsLong() + " is not, or no longer, the parent of this one");
    }
    if (pid.isEmpty() && current == INIT) {
      throw new IllegalStateException(
          "the parent of this process has ended, or is process 1; if that is meant, give its PID");
    }
    return new Parent(current);
  }

  private static long current() {
    return ProcessHandle.current().parent().map(ProcessHandle::pid).orElse(NONE);
  }

  /**
   * Blocks until it has ended. Polls the current parent instead of waiting for the process: a
   * zombie never seems to end, while its children get another parent immediately.
   */
  void awaitEnd() throws InterruptedException {
    while (current() == pid) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
