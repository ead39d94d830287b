package dev.sandpiper.testing;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what must come true soon, and not a moment longer than needed. */
public final class Patience {
  private static final long LIMIT_SECONDS = 10;

  private Patience() {}

  /** Fails if {@code fact} does not come true within ten seconds. */
  public static void until(String fact, BooleanSupplier holds) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        fail("still not true after " + LIMIT_SECONDS + " s: " + fact);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }
  }

  /** No thread of ours lives on. */
  public static void untilNoThreadIsLeft() {
    until("no thread of ours is left", () -> ourThreads() == 0);
  }

  /** True if a frame of the thread's stack is in a class of this name. */
  public static boolean isInside(Thread thread, String className) {
    for (StackTraceElement frame : thread.getStackTrace()) {
      if (frame.getClassName().contains(className)) {
        return true;
      }
    }
    return false;
  }

  /** The thread waits for its peer: an interrupt from here on finds it in the read itself. */
  public static void untilItReads(Thread thread) {
    until("the thread is blocked in a read", () -> isInRead(thread));
  }

  private static boolean isInRead(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0
        && stack[0].isNativeMethod()
        && Arrays.stream(stack).anyMatch(frame -> frame.getMethodName().equals("implRead"));
  }

  private static long ourThreads() {
    Set<Thread> all = Thread.getAllStackTraces().keySet();
    return all.stream().filter(thread -> thread.getName().startsWith("sandpiper")).count();
  }
}
