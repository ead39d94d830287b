package dev.sandpiper.http;

import java.time.Duration;
import java.util.concurrent.Future;

/**
 * Runs delayed and periodic tasks, which must be short. An exception is logged; a periodic task is
 * run again nevertheless.
 */
public interface Timers {

  /** Runs a task once, after a delay. Cancelling the future prevents it. */
  Future<?> in(Duration delay, Runnable task);

  /** Runs a task repeatedly, with this pause before each run. */
  Future<?> every(Duration pause, Runnable task);

  /** True if no task is scheduled. */
  boolean isIdle();
}
