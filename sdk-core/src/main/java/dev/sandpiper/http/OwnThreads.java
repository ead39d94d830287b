package dev.sandpiper.http;

/**
 * The threads and timers of something that belongs to no client. None of its threads keeps a JVM
 * alive. Safe for use by many threads.
 */
public final class OwnThreads implements AutoCloseable {
  private final Background background = new Background(null);
  private final GuardedScheduler scheduler;
  private final Time time;
  private final Timers timers;

  /**
   * @param timer what the thread of the timers is called
   */
  public OwnThreads(String timer, Time time) {
    this.scheduler = new GuardedScheduler(DaemonThreads.named(timer));
    this.time = time;
    this.timers = time.timers(scheduler);
  }

  public Time time() {
    return time;
  }

  /** Once this is closed, they refuse with a {@link dev.sandpiper.CancelledException}. */
  public Timers timers() {
    return timers;
  }

  /** Runs work that may block, on a thread of its own. Refuses nothing. */
  public void run(Runnable work) {
    background.executePromptly(work);
  }

  /** Stops the timers. Work that has begun goes on to its end. */
  @Override
  public void close() {
    scheduler.close();
    background.close();
  }
}
