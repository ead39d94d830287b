package dev.sandpiper.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock for tests, which advances only when the test advances it. It is in the main sources
 * because the tests of several modules use it. Several clients may share one.
 *
 * <p>No wake-up is lost between reading the clock and blocking: a wait is given a point in time
 * instead of a duration, and is registered before its thread blocks.
 */
public final class ManualTime implements Time, Timers {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);
  private static final Duration STEP = Duration.ofMillis(50);
  private static final long ENDLESS = Long.MAX_VALUE / 2;

  private final Instant began;

  // Guarded by this.
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long nanos;
  private long order;

  public ManualTime() {
    this(Instant.now());
  }

  /**
   * @param began the initial time of day
   */
  public ManualTime(Instant began) {
    this.began = began;
  }

  /** An event at a point in time: a task, or the end of a wait. */
  private final class Entry extends FutureTask<Boolean> implements Comparable<Entry> {
    final @Nullable Duration pause;
    private long due;
    private long number;

    Entry(Runnable action, @Nullable Duration pause) {
      super(GuardedScheduler.guarded(action), true);
      this.pause = pause;
    }

    /** Runs the action without holding a lock, so that it may take one. */
    void happen() {
      if (pause == null) {
        run();
      } else if (runAndReset()) {
        enter(this, nanos() + Durations.nanos(pause));
        if (isCancelled()) {
          leave(this);
        }
      }
    }

    @Override
    protected void done() {
      leave(this);
    }

    @Override
    public int compareTo(Entry other) {
      return due == other.due ? Long.compare(number, other.number) : Long.signum(due - other.due);
    }
  }

  /** Advances the time. What becomes due runs on this thread, in order, each at its own time. */
  public void advance(Duration span) {
    long end = nanos() + Durations.nanos(span);
    Entry next;
    while ((next = nextUntil(end)) != null) {
      next.happen();
    }
  }

  private synchronized @Nullable Entry nextUntil(long end) {
    Entry first = entries.peek();
    boolean isDue = first != null && first.due - end <= 0;
    long reached = first != null && isDue ? first.due : end;
    nanos = Math.max(nanos, reached);
    return isDue ? entries.remove() : null;
  }

  /** Blocks until something waits for exactly this long from now, then advances the time by it. */
  public void pass(Duration span) {
    awaitWait(span);
    advance(span);
  }

  /**
   * Blocks until something other than a periodic task waits for exactly this long from now.
   *
   * @throws AssertionError if nothing does within ten real seconds
   */
  public synchronized void awaitWait(Duration span) {
    long deadline = System.nanoTime() + PATIENCE;
    while (!waits().contains(span)) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError("nothing waits for " + span + " but for " + waits());
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted", e);
      }
    }
  }

  /**
   * Advances the time in small steps until the work is done. Work that keeps its time limit needs
   * at most {@code limit}, however slow this machine is.
   *
   * @throws AssertionError if the work is not done ten real seconds after that
   */
  public <T> T passUntilDone(CompletableFuture<T> work, Duration limit) {
    try {
      for (Duration left = limit;
          !left.isNegative() && !isDoneSoon(work);
          left = left.minus(STEP)) {
        advance(STEP);
      }
      return work.get(PATIENCE, TimeUnit.NANOSECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new AssertionError("not done after " + limit + ", waited for: " + waits(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Gives other threads a moment of real time to notice the advanced clock. */
  private static boolean isDoneSoon(CompletableFuture<?> work)
      throws InterruptedException, ExecutionException {
    try {
      work.get(1, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /**
   * Advances the time by an hour in the background, so that what a failed test left behind can end.
   */
  public void runOut() {
    Thread thread =
        new Thread(
            () -> {
              for (int second = 0; second < 3_600; second++) {
                advance(Duration.ofSeconds(1));
              }
            },
            "time that runs out");
    thread.setDaemon(true);
    thread.start();
  }

  /** The remaining durations of all current waits, the shortest first. */
  public synchronized List<Duration> waits() {
    return entries.stream()
        .filter(entry -> entry.pause == null)
        .sorted()
        .map(entry -> Duration.ofNanos(entry.due - nanos))
        .toList();
  }

  /** The pauses of all periodic tasks. */
  public synchronized List<Duration> repeated() {
    return entries.stream()
        .filter(entry -> entry.pause != null)
        .sorted()
        .map(entry -> requireNonNull(entry.pause))
        .toList();
  }

  private synchronized void enter(Entry entry, long due) {
    entry.due = due;
    entry.number = order++;
    entries.add(entry);
    notifyAll();
  }

  private synchronized void leave(Entry entry) {
    entries.remove(entry);
  }

  @Override
  public synchronized long nanos() {
    return nanos;
  }

  @Override
  public Instant now() {
    return began.plusNanos(nanos());
  }

  @Override
  public <T> T get(CompletableFuture<T> work, long until)
      throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture<Boolean> late = new CompletableFuture<>();
    Entry end = waitUntil(until, () -> late.complete(true));
    if (end != null) {
      try {
        Object unused = CompletableFuture.anyOf(work.handle((result, e) -> false), late).get();
      } finally {
        end.cancel(false);
      }
    }
    if (!work.isDone()) {
      throw new TimeoutException();
    }
    return work.get();
  }

  @Override
  @SuppressWarnings("WaitNotInLoop") // its callers loop
  public void await(ReentrantLock lock, Condition changed, long until) throws InterruptedException {
    Entry end = waitUntil(until, () -> signal(lock, changed));
    if (end != null) {
      try {
        changed.await();
      } finally {
        end.cancel(false);
      }
    }
  }

  /** Takes the lock, and so signals only after the wait has begun. */
  private static void signal(ReentrantLock lock, Condition changed) {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Registers a wait. Null if that time has passed. */
  private synchronized @Nullable Entry waitUntil(long until, Runnable wake) {
    if (until - nanos <= 0) {
      return null;
    }
    Entry end = new Entry(wake, null);
    if (until - nanos < ENDLESS) {
      enter(end, until);
    }
    return end;
  }

  @Override
  public Timers timers(Timers real) {
    return this;
  }

  @Override
  public synchronized Future<?> in(Duration delay, Runnable task) {
    Entry entry = new Entry(task, null);
    enter(entry, nanos + Durations.nanos(delay));
    return entry;
  }

  @Override
  public synchronized Future<?> every(Duration pause, Runnable task) {
    Entry entry = new Entry(task, pause);
    enter(entry, nanos + Durations.nanos(pause));
    return entry;
  }

  @Override
  public synchronized boolean isIdle() {
    return entries.isEmpty();
  }
}
