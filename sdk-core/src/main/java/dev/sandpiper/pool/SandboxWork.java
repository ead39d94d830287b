package dev.sandpiper.pool;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.PlatformException;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.OwnThreads;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a pool's requests and the caller's check, each on a thread of its own, and reports every
 * outcome, including exceptions, to the pool.
 */
final class SandboxWork<S extends Sandbox> {
  private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
  private static final int KILLS = 4;

  /**
   * If a creation and its check take longer than this, the time to live is renewed before the
   * lease.
   */
  private static final Duration SPARE = Duration.ofSeconds(30);

  private final PoolOptions<S> options;
  private final PoolCore<S> core;
  private final OwnThreads threads;
  private final SandboxClient client;
  private final Supplier<S> creation;

  SandboxWork(
      PoolOptions<S> options,
      PoolCore<S> core,
      OwnThreads threads,
      SandboxClient client,
      Supplier<S> creation) {
    this.options = options;
    this.core = core;
    this.threads = threads;
    this.client = client;
    this.creation = creation;
  }

  void create() {
    Thread creator = Thread.currentThread();
    if (!core.beginsToCreate(creator)) {
      return;
    }
    PooledSandbox<S> fresh;
    try {
      long began = threads.time().nanos();
      fresh = new PooledSandbox<>(creation.get(), began, options.timeToLive());
    } catch (RuntimeException | Error e) {
      core.hasCreated(creator);
      core.creationFailed(e);
      throwIfFatal(e);
      return;
    }
    core.hasCreated(creator);
    Throwable failure = checkFresh(fresh);
    if (failure == null) {
      core.created(fresh);
    } else {
      core.createdUnfit(fresh, failure);
    }
  }

  private @Nullable Throwable checkFresh(PooledSandbox<S> fresh) {
    try {
      if (!fresh.livesFor(options.leaseLimit().plus(SPARE), threads.time().nanos())) {
        prolong(fresh);
      }
      requireFit(fresh);
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  /** Checks a warm sandbox before it is leased. */
  void check(PooledSandbox<S> pooled) {
    try {
      prolong(pooled);
      requireFit(pooled);
    } catch (RuntimeException | Error e) {
      core.checkFailed(pooled, e);
      throwIfFatal(e);
      return;
    }
    core.checked(pooled);
  }

  /** Renews the time to live of a warm sandbox. */
  void renew(PooledSandbox<S> pooled) {
    try {
      prolong(pooled);
    } catch (RuntimeException | Error e) {
      core.checkFailed(pooled, e);
      throwIfFatal(e);
      return;
    }
    core.renewed(pooled);
  }

  /**
   * Connects to the sandbox with its time to live. Unlike a request to extend that, connecting
   * fails if the sandbox is gone or being deleted. Resumes a paused one.
   */
  private void prolong(PooledSandbox<S> pooled) {
    long asked = threads.time().nanos();
    client.connect(pooled.id(), options.timeToLive()).close(); // only detaches
    pooled.lives(options.timeToLive(), asked);
  }

  private void requireFit(PooledSandbox<S> pooled) {
    boolean isFit;
    try {
      isFit = options.check().test(pooled.sandbox);
    } catch (RuntimeException e) {
      throw unfit(pooled, "the pool's check threw " + e.getClass().getName(), e);
    }
    if (!isFit) {
      throw unfit(pooled, "it failed the pool's check", null);
    }
  }

  private static PlatformException unfit(
      PooledSandbox<?> pooled, String observed, @Nullable RuntimeException cause) {
    return new PlatformException(Failure.of("check", pooled.id(), observed), cause);
  }

  void kill(PooledSandbox<S> pooled) {
    kill(pooled, 1, new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(4)));
  }

  private void kill(PooledSandbox<S> pooled, int attempt, Backoff pauses) {
    boolean existed;
    try {
      existed = pooled.sandbox.kill();
    } catch (SandboxException e) {
      if (attempt == KILLS || !isLater(pauses, () -> kill(pooled, attempt + 1, pauses))) {
        lose(pooled, e);
      }
      return;
    } catch (RuntimeException | Error e) {
      lose(pooled, e);
      throwIfFatal(e);
      return;
    }
    core.killed(pooled, existed);
  }

  /** Schedules another attempt. False if the pool is closed and no longer waits. */
  private boolean isLater(Backoff pauses, Runnable again) {
    try {
      var unused = threads.timers().in(pauses.next(), () -> threads.run(again));
      return true;
    } catch (CancelledException e) {
      return false;
    }
  }

  private void lose(PooledSandbox<S> pooled, Throwable failure) {
    log.warn(
        "pool of {}: sandbox {} could not be killed and runs until its time to live ends: {}",
        options.owner(),
        pooled.id(),
        PoolCore.text(failure));
    core.killFailed(pooled);
  }

  private static void throwIfFatal(Throwable failure) {
    if (failure instanceof VirtualMachineError fatal) {
      throw fatal;
    }
  }
}
