package dev.sandpiper.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ManualTimeTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final ManualTime time = new ManualTime(Instant.EPOCH);
  private final List<String> seen = new ArrayList<>();

  private Runnable noting(String name) {
    return () -> seen.add(name + " at " + time.now().getEpochSecond());
  }

  @Test
  void whatIsDueHappensInOrderAndEachAtItsTime() {
    Future<?> late = time.in(MINUTE, noting("late"));
    Future<?> soon = time.in(SECOND, () -> chain(noting("soon")));
    time.advance(SECOND.minusNanos(1));
    assertThat(seen).isEmpty();
    time.advance(Duration.ofHours(1));

    assertThat(seen).containsExactly("soon at 1", "after at 2", "late at 60");
    assertThat(time.now()).isEqualTo(Instant.EPOCH.plusSeconds(3601).minusNanos(1));
    assertThat(soon).isDone();
    assertThat(late).isDone();
  }

  private void chain(Runnable first) {
    first.run();
    Future<?> unused = time.in(SECOND, noting("after"));
  }

  @Test
  void whatIsRepeatedGoesOnUntilItIsCancelledThoughItThrows() {
    Future<?> task =
        time.every(
            MINUTE,
            () -> {
              noting("again").run();
              throw new IllegalStateException("a bug");
            });
    time.advance(Duration.ofMinutes(2));
    assertThat(seen).containsExactly("again at 60", "again at 120");
    assertThat(time.repeated()).containsExactly(MINUTE);
    task.cancel(false);
    time.advance(Duration.ofHours(1));

    assertThat(seen).hasSize(2);
    assertThat(time.isIdle()).isTrue();
  }

  /** The machine's clock has the same promise: there, time does not wait for a waiter either. */
  @Test
  void whoBeginsToWaitAfterItsTimeHasPassedDoesNotWait() throws Exception {
    for (int round = 0; round < 2_000; round++) {
      long until = time.nanos() + 1;
      FutureTask<Boolean> future = inThread(() -> waitForFuture(until));
      FutureTask<Boolean> condition = inThread(() -> waitForCondition(until));
      time.advance(Duration.ofNanos(1));
      assertThat(future.get(10, TimeUnit.SECONDS)).isTrue();
      assertThat(condition.get(10, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(time.isIdle()).isTrue();
  }

  private boolean waitForFuture(long until) throws Exception {
    try {
      return time.get(new CompletableFuture<Boolean>(), until);
    } catch (TimeoutException e) {
      return true;
    }
  }

  private boolean waitForCondition(long until) throws Exception {
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    lock.lock();
    try {
      while (until - time.nanos() > 0) {
        time.await(lock, changed, until);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private static FutureTask<Boolean> inThread(Callable<Boolean> wait) {
    FutureTask<Boolean> task = new FutureTask<>(wait);
    Thread thread = new Thread(task, "waiter");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  @Test
  void whatIsDoneFirstEndsAWait() throws Exception {
    CompletableFuture<String> work = new CompletableFuture<>();
    FutureTask<Boolean> waiter =
        inThread(() -> time.get(work, time.nanos() + MINUTE.toNanos()).equals("done"));
    time.awaitWait(MINUTE);
    work.complete("done");

    assertThat(waiter.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(time.isIdle()).isTrue();
  }
}
