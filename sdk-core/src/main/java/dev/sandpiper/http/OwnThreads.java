package dev.sandpiper.http;

/**
 * Threads and timers for objects that do not belong to a client. All are daemon threads.
 * Thread-safe.
 */
public final class OwnThreads implements AutoCloseable {
  private final Background background = new Background(null);
  private final GuardedScheduler scheduler;
  private final Time time;
  private final Timers timers;

  /**
   * @param timer the name of the timers' thread
   */
  public OwnThreads(String timer, Time time) {
    this.scheduler = new GuardedScheduler(DaemonThreads.named(timer));
    this.time = time;
    this.timers = time.timers(scheduler);
  }

  public Time time() {
    return time;
  }

  /** After {@link #close}, they reject tasks with {@link dev.sandpiper.CancelledException}. */
  public Timers timers() {
    return timers;
  }

  /** Runs work that may block, on a thread of its own. Never rejects it. */
  public void run(Runnable work) {
    background.executePromptly(work);
  }

  /** Stops the timers. Running work continues to its end. */
  @Override
  public void close() {
    scheduler.close();
    background.close();
  }
}
