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
 * Time for tests, which stands still until the test lets it pass. It is here, and not among the
 * tests, because those of several modules use it. May be given to several clients.
 *
 * <p>Nothing is lost between looking at the clock and beginning to wait: who waits says until when
 * and not how long, and is entered here before he blocks.
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
   * @param began the time of day at first
   */
  public ManualTime(Instant began) {
    this.began = began;
  }

  /** Something that is to happen at a point in time: a task, or the end of somebody's waiting. */
  private final class Entry extends FutureTask<Boolean> implements Comparable<Entry> {
    final @Nullable Duration pause;
    private long due;
    private long number;

    Entry(Runnable action, @Nullable Duration pause) {
      super(GuardedScheduler.guarded(action), true);
      this.pause = pause;
    }

    /** Runs it outside of any lock, so that it may wait for one. */
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

  /** Lets time pass: what is due happens on this thread, each at its time and in order. */
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

  /** Blocks until something waits for exactly this long from now, and lets that time pass. */
  public void pass(Duration span) {
    awaitWait(span);
    advance(span);
  }

  /**
   * Blocks until something waits for exactly this long from now; repeated tasks do not count.
   *
   * @throws AssertionError if nothing does so within ten real seconds
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
   * Lets time pass, a little at a time, until the work is done. What keeps the promise of a time
   * needs no more than {@code limit} of it, however slow this machine is.
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

  /** Leaves others a moment of the machine's time, in which they may see that some has passed. */
  private static boolean isDoneSoon(CompletableFuture<?> work)
      throws InterruptedException, ExecutionException {
    try {
      work.get(1, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /** Lets an hour pass beside the caller, so that what a failed test has left can end. */
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

  /** How long is waited now, the shortest first. */
  public synchronized List<Duration> waits() {
    return entries.stream()
        .filter(entry -> entry.pause == null)
        .sorted()
        .map(entry -> Duration.ofNanos(entry.due - nanos))
        .toList();
  }

  /** The pauses of all that is repeated. */
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

  /** Needs the lock, and so comes after the waiting has begun. */
  private static void signal(ReentrantLock lock, Condition changed) {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Null if it is that time already. */
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
