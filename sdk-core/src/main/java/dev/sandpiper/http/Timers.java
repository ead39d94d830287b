package dev.sandpiper.http;

import java.time.Duration;
import java.util.concurrent.Future;

/**
 * Runs tasks later, which must do next to nothing. What a task throws is logged, and what is
 * repeated goes on.
 */
public interface Timers {

  /** Runs a task once, after a while. Cancelling the future takes it back. */
  Future<?> in(Duration delay, Runnable task);

  /** Runs a task again and again, with this pause before each run. */
  Future<?> every(Duration pause, Runnable task);

  /** True if nothing is to be run later. */
  boolean isIdle();
}
