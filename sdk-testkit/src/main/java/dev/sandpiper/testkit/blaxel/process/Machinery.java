package dev.sandpiper.testkit.blaxel.process;

import dev.sandpiper.testkit.BlaxelFault;
import dev.sandpiper.testkit.blaxel.api.BlaxelPlaces;
import dev.sandpiper.testkit.machine.ServerThreads;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** The environment of one sandbox's server: directories, variables, threads, and faults. */
public final class Machinery {
  private final BlaxelPlaces places;
  private final Map<String, String> environment;
  private final Map<String, String> marks;
  private final Set<BlaxelFault> faults;
  private final Limits limits;
  private final ServerThreads threads;

  // Guarded by this object's monitor.
  private boolean stopped;

  public Machinery(
      BlaxelPlaces places,
      Map<String, String> environment,
      Map<String, String> marks,
      Set<BlaxelFault> faults,
      Limits limits,
      ServerThreads threads) {
    this.places = places;
    this.environment = Map.copyOf(environment);
    this.marks = Map.copyOf(marks);
    this.faults = Set.copyOf(faults);
    this.limits = limits;
    this.threads = threads;
  }

  public BlaxelPlaces places() {
    return places;
  }

  /** The variables that every command has. */
  Map<String, String> environment() {
    return environment;
  }

  /** The variables that every command must have, because it is found by them. */
  Map<String, String> marks() {
    return marks;
  }

  public boolean has(BlaxelFault fault) {
    return faults.contains(fault);
  }

  public Limits limits() {
    return limits;
  }

  /** Runs a task on a worker, unless the sandbox has ended. */
  synchronized void run(Runnable task) {
    if (!stopped) threads.run(task);
  }

  /** Runs a task on a worker once the time has passed, unless the sandbox has ended by then. */
  synchronized void after(Duration delay, Runnable task) {
    if (!stopped) threads.later(delay, () -> runUnlessStopped(task));
  }

  private void runUnlessStopped(Runnable task) {
    if (!isStopped()) task.run();
  }

  synchronized boolean isStopped() {
    return stopped;
  }

  /** From now on no task is started. */
  public synchronized void stop() {
    stopped = true;
  }
}
