package dev.sandpiper.testkit.blaxel.process;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Checks every 50 ms which processes have something to be read, and reads those on workers. One
 * timer for all processes of a sandbox, so that idle ones cost almost nothing. Thread-safe.
 */
final class TailerPoll {
  private final Machinery machinery;

  // Guarded by this object's monitor. The timer runs while it is not empty.
  private final Map<Runnable, BooleanSupplier> waiting = new LinkedHashMap<>();

  TailerPoll(Machinery machinery) {
    this.machinery = machinery;
  }

  /** Runs a task once, on a worker, after the next check that finds it due. */
  synchronized void onceDue(BooleanSupplier isDue, Runnable task) {
    if (waiting.isEmpty()) machinery.after(Tailer.PAUSE, this::check);
    waiting.put(task, isDue);
  }

  private synchronized void check() {
    List<Runnable> due = new ArrayList<>();
    waiting.forEach(
        (task, isDue) -> {
          if (isDue.getAsBoolean()) due.add(task);
        });
    due.forEach(waiting::remove);
    if (!waiting.isEmpty()) machinery.after(Tailer.PAUSE, this::check);
    due.forEach(machinery::run);
  }
}
