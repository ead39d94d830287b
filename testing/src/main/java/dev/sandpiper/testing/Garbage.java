package dev.sandpiper.testing;

import java.util.List;
import java.util.function.BooleanSupplier;

/** Collects garbage, and reads what is reported of it. */
public final class Garbage {
  private Garbage() {}

  /** Collects until {@code fact} holds; fails if it does not come true in time. */
  public static void until(String fact, BooleanSupplier holds) {
    Patience.until(
        fact,
        () -> {
          System.gc();
          return holds.getAsBoolean();
        });
  }

  /** What has been reported since the log was cleared. */
  public static List<String> reports() {
    return CapturedLog.lines().stream()
        .filter(
            line ->
                line.startsWith("WARN ")
                    && line.contains("was garbage-collected without being closed"))
        .toList();
  }

  /** Collects until what is garbage now has been found. */
  public static void collect() {
    Object[] canary = {new Object()};
    java.lang.ref.WeakReference<Object> found = new java.lang.ref.WeakReference<>(canary[0]);
    canary[0] = null;
    until("garbage is found", () -> found.get() == null);
    System.gc();
  }
}
