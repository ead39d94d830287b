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
   * @param pid of the parent, if the command line names it: only then it is certain that it has not
   *     ended yet
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
   * Blocks until it has ended. Asks who the parent is, instead of waiting for its end: a parent
   * that has ended and that nobody buries never seems to end, while its children have another at
   * once.
   */
  void awaitEnd() throws InterruptedException {
    while (current() == pid) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
