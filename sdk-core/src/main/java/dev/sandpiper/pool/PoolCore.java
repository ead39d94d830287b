package dev.sandpiper.pool;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.OwnThreads;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The implementation of a pool. Every change is made in the monitor, which also decides what to do
 * next; requests and the caller's check run outside the monitor, on the pool's threads. It does not
 * refer to the {@link SandboxPool}, so that the pool can be collected, which closes this.
 */
final class PoolCore<S extends Sandbox> {
  private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final PoolOptions<S> options;
  private final OwnThreads threads;
  private final Monitor monitor;
  private final SandboxWork<S> work;
  private final Settlement settlement;
  private final Thread shutdownHook = new Thread(this::close, "sandpiper-pool-close");

  // Guarded by the monitor.
  private final Holdings<S> held = new Holdings<>();
  private final Tally tally = new Tally();
  private final Pause creations = new Pause(() -> ThreadLocalRandom.current().nextDouble());
  private final Pause checks = new Pause(() -> ThreadLocalRandom.current().nextDouble());
  private final List<Runnable> due = new ArrayList<>();
  private @Nullable Throwable lastFailure; // of a creation or check; null since one succeeded
  private long lastAsked;
  private boolean closed;

  PoolCore(PoolOptions<S> options, OwnThreads threads, SandboxClient client, Supplier<S> creation) {
    this.options = options;
    this.threads = threads;
    this.monitor = new Monitor(threads.time());
    this.settlement = new Settlement(options.owner(), monitor, held);
    this.work = new SandboxWork<>(options, this, threads, client, creation);
    this.lastAsked = threads.time().nanos();
  }

  /**
   * Begins to create the warm sandboxes.
   *
   * @throws IllegalStateException if the JVM is shutting down
   */
  void begin() {
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    LivePools.add(options.instance());
    var unused = threads.timers().every(LOOK, () -> change(this::look));
    change(() -> {});
  }

  private long now() {
    return threads.time().nanos();
  }

  /** Makes a change in the monitor, then starts the resulting work outside of it. */
  private void change(Runnable change) {
    List<Runnable> begun =
        monitor.decide(
            () -> {
              change.run();
              plan();
              List<Runnable> all = List.copyOf(due);
              due.clear();
              return all;
            });
    begun.forEach(threads::run);
  }

  private void plan() {
    long now = now();
    while (!closed && held.needsCheck() && checks.isOver(now)) {
      PooledSandbox<S> next = held.warm.remove();
      if (isTooOld(next, now)) {
        doom(next);
      } else {
        held.checking.add(next);
        due.add(() -> work.check(next));
      }
    }
    while (!closed && mayCreate(now)) {
      held.creating++;
      due.add(work::create);
    }
  }

  private boolean mayCreate(long now) {
    int parallel = creations.isProbing() ? 1 : options.creationsInParallel();
    // A permanent failure has failed the waiting callers; each new caller causes one more attempt.
    boolean isDue = creations.isOver(now) || (isLastFailurePermanent() && !held.waiters.isEmpty());
    return isDue
        && held.creating < parallel
        && held.total() < options.maximum()
        && held.needsCreation(isIdle(now) ? 0 : options.warm());
  }

  private boolean isLastFailurePermanent() {
    return lastFailure != null && Refusals.isPermanent(lastFailure);
  }

  /**
   * True once no sandbox has been requested within the idle limit, so that none needs to be warm.
   */
  private boolean isIdle(long now) {
    return hasIdleLimit() && now - lastAsked >= options.idleLimit().toNanos();
  }

  private boolean hasIdleLimit() {
    return !options.idleLimit().isZero();
  }

  private boolean isTooOld(PooledSandbox<S> pooled, long now) {
    return pooled.isOlderThan(options.maximumAge(), now);
  }

  /** Maintains the warm sandboxes, once a second. */
  private void look() {
    long now = now();
    int spare = isIdle(now) ? 0 : options.warm();
    for (PooledSandbox<S> each : List.copyOf(held.warm)) {
      boolean isSurplus = held.warm.size() > spare && hasIdleLimit();
      if (isTooOld(each, now)
          || !each.livesFor(Duration.ZERO, now)
          || (isSurplus && each.isIdleFor(options.idleLimit(), now))) {
        held.warm.remove(each);
        doom(each);
      } else if (mayRenew(each, now)) {
        held.warm.remove(each);
        held.renewing.add(each);
        due.add(() -> work.renew(each));
      }
    }
  }

  private boolean mayRenew(PooledSandbox<S> pooled, long now) {
    return !pooled.livesFor(options.timeToLive().dividedBy(2), now)
        && checks.isOver(now)
        && held.renewing.size() < options.creationsInParallel();
  }

  /** Waits for a sandbox. */
  Term<S> lease(Duration limit) {
    Waiter<S> waiter = new Waiter<>();
    long until = now() + Durations.nanos(limit);
    change(
        () -> {
          requireOpen();
          lastAsked = now();
          held.waiters.add(waiter);
        });
    try {
      return threads.time().get(waiter.outcome, until);
    } catch (InterruptedException e) {
      giveUp(waiter).ifPresent(late -> end(late, Ending.UNUSED));
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted").withRetryable(true));
    } catch (TimeoutException e) {
      return giveUp(waiter).orElseThrow(() -> late(limit));
    } catch (ExecutionException e) {
      throw Refusals.ofLease(options.owner(), e);
    }
  }

  /** Stops waiting. Returns a lease that was granted concurrently. */
  private Optional<Term<S>> giveUp(Waiter<S> waiter) {
    return monitor.decide(
        () -> {
          held.waiters.remove(waiter);
          boolean isFailed = waiter.outcome.isCompletedExceptionally();
          return isFailed ? Optional.empty() : Optional.ofNullable(waiter.outcome.getNow(null));
        });
  }

  private SandboxException late(Duration limit) {
    return monitor.decide(() -> Shortage.of(options, held, limit, lastFailure));
  }

  private Failure failure(String observed) {
    return Failure.of("lease", options.owner(), observed);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the pool of " + options.owner() + " is closed");
    }
  }

  /** Grants a checked sandbox to the longest waiting caller, or keeps it warm. */
  private void offer(PooledSandbox<S> free) {
    long now = now();
    if (closed || isTooOld(free, now)) {
      doom(free);
    } else if (!held.waiters.isEmpty() && free.livesFor(options.leaseLimit(), now)) {
      grant(held.waiters.remove(), free, now);
    } else {
      held.warm.addFirst(free);
    }
  }

  private void grant(Waiter<S> waiter, PooledSandbox<S> free, long now) {
    Term<S> term = new Term<>(free, now + options.leaseLimit().toNanos());
    term.limitBy(threads.timers().in(options.leaseLimit(), () -> end(term, Ending.LIMIT)));
    free.countUse();
    held.leased.add(term);
    tally.leases++;
    waiter.outcome.complete(term);
  }

  /** Ends a lease. False if it had ended already. */
  boolean end(Term<S> term, Ending how) {
    boolean[] isFirst = {false};
    change(
        () -> {
          isFirst[0] = held.leased.remove(term);
          if (isFirst[0]) {
            term.end(how.reason(options));
            tally.count(how);
            takeBack(term.pooled, how);
          }
        });
    return isFirst[0];
  }

  private void takeBack(PooledSandbox<S> pooled, Ending how) {
    if (how == Ending.UNUSED) {
      pooled.uncountUse();
    }
    boolean isReusable = how.leavesItUsable() && pooled.uses() < options.uses();
    if (isReusable && !closed) {
      pooled.becomesFree(now());
      held.warm.addLast(pooled);
    } else {
      doom(pooled);
    }
  }

  private void doom(PooledSandbox<S> pooled) {
    held.killing.add(pooled);
    due.add(() -> work.kill(pooled));
  }

  /** Called by a thread that begins to create. False if the pool is closed. */
  boolean beginsToCreate(Thread creator) {
    return monitor.decide(
        () -> {
          if (closed) {
            held.creating--;
          } else {
            held.creators.add(creator);
          }
          return !closed;
        });
  }

  /** Called after the creation: closing the pool no longer interrupts the thread. */
  void hasCreated(Thread creator) {
    monitor.change(() -> held.creators.remove(creator));
  }

  void created(PooledSandbox<S> fresh) {
    change(
        () -> {
          held.creating--;
          tally.created++;
          creations.reset();
          lastFailure = null;
          fresh.becomesFree(now());
          offer(fresh);
        });
  }

  /**
   * @param fresh a new sandbox that failed the check
   */
  void createdUnfit(PooledSandbox<S> fresh, Throwable failure) {
    change(
        () -> {
          held.creating--;
          tally.created++;
          tally.failedChecks++;
          doom(fresh);
          pauseCreations(failure);
        });
  }

  void creationFailed(Throwable failure) {
    change(
        () -> {
          held.creating--;
          tally.failedCreations++;
          if (failure instanceof SandboxException known && Ambiguity.mayHaveStarted(known)) {
            tally.uncertainCreations++;
          }
          pauseCreations(failure);
        });
  }

  private void pauseCreations(Throwable failure) {
    lastFailure = failure;
    if (closed) {
      return;
    }
    Duration pause = creations.begin(Refusals.retryAfter(failure), now());
    log.warn(
        "pool of {}: creating a sandbox failed, retrying in {}: {}",
        options.owner(),
        Durations.text(pause),
        text(failure));
    goOnAfter(pause);
    if (Refusals.isPermanent(failure)) {
      failWaiters(failure);
    }
  }

  /** The text of a failure for the log. The message of a foreign exception may contain secrets. */
  static String text(Throwable failure) {
    return failure instanceof SandboxException known
        ? known.failure().message()
        : failure.getClass().getName();
  }

  private void goOnAfter(Duration pause) {
    var unused = threads.timers().in(pause, () -> change(() -> {}));
  }

  private void failWaiters(Throwable failure) {
    for (Waiter<S> each = held.waiters.poll(); each != null; each = held.waiters.poll()) {
      each.outcome.completeExceptionally(failure);
    }
  }

  /** The sandbox passed the check and may be leased. */
  void checked(PooledSandbox<S> pooled) {
    change(
        () -> {
          if (held.checking.remove(pooled)) {
            checks.reset();
            offer(pooled);
          }
        });
  }

  /** The sandbox was renewed and stays warm. */
  void renewed(PooledSandbox<S> pooled) {
    change(
        () -> {
          if (held.renewing.remove(pooled)) {
            checks.reset();
            held.warm.addLast(pooled);
          }
        });
  }

  /** The sandbox failed the check, or the check could not be made. */
  void checkFailed(PooledSandbox<S> pooled, Throwable failure) {
    change(
        () -> {
          boolean isHeld = held.checking.remove(pooled) || held.renewing.remove(pooled);
          if (isHeld && Refusals.isLoad(failure)) {
            held.warm.addFirst(pooled);
            goOnAfter(checks.begin(Refusals.retryAfter(failure), now()));
          } else if (isHeld) {
            replace(pooled, failure);
          }
        });
  }

  private void replace(PooledSandbox<S> pooled, Throwable failure) {
    log.warn("pool of {}: replacing sandbox {}: {}", options.owner(), pooled.id(), text(failure));
    tally.failedChecks++;
    doom(pooled);
    if (!Refusals.isGone(failure)) {
      lastFailure = failure;
    }
    if (!Refusals.isGone(failure) && Refusals.isPermanent(failure)) {
      failWaiters(failure);
    }
  }

  void killed(PooledSandbox<S> pooled, boolean existed) {
    change(
        () -> {
          held.killing.remove(pooled);
          if (existed) {
            tally.killed++;
          } else {
            tally.gone++;
          }
        });
  }

  void killFailed(PooledSandbox<S> pooled) {
    change(
        () -> {
          held.killing.remove(pooled);
          tally.unconfirmedKills++;
        });
  }

  /**
   * Kills all sandboxes. Waits five seconds for pending creations, then interrupts them, and waits
   * fifteen more for the rest. A warning names what is left.
   */
  void close() {
    change(this::beginToClose);
    boolean unused =
        Uninterrupted.get(
            () -> {
              settlement.await();
              return true;
            });
    threads.close();
    LivePools.remove(options.instance());
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      log.debug("pool of {}: closed during JVM shutdown", options.owner());
    }
  }

  /** Like {@link #close}, in the background. False if it is closed already. */
  boolean closeLater() {
    boolean isOpen = monitor.decide(() -> !closed);
    if (isOpen) {
      threads.run(this::close);
    }
    return isOpen;
  }

  private void beginToClose() {
    if (closed) {
      return;
    }
    closed = true;
    failWaiters(new CancelledException(failure("the pool was closed")));
    for (Term<S> each : List.copyOf(held.leased)) {
      held.leased.remove(each);
      each.end(Ending.POOL_CLOSED.reason(options));
      doom(each.pooled);
    }
    for (Collection<PooledSandbox<S>> free : List.of(held.warm, held.checking, held.renewing)) {
      free.forEach(this::doom);
      free.clear();
    }
  }

  /** The time until that point; zero if it has passed. */
  Duration until(long nanos) {
    return Duration.ofNanos(Math.max(0, nanos - now()));
  }

  PoolCounts counts() {
    return monitor.decide(() -> tally.with(held));
  }
}
