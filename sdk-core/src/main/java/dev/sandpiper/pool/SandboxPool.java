package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.OwnThreads;
import dev.sandpiper.http.Unclosed;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A pool of warm sandboxes of one client, for this JVM. Thread-safe; close it before its client.
 *
 * <pre>{@code
 * try (SandboxClient client = E2bClient.fromEnvironment();
 *     SandboxPool<Sandbox> pool =
 *         SandboxPool.builder("web-1", client, SandboxSpec.standard()).warm(5).maximum(20).build()) {
 *   try (SandboxLease<Sandbox> lease = pool.lease()) {
 *     lease.sandbox().exec("python3", "--version");
 *   }
 * }
 * }</pre>
 *
 * <p>Callers get sandboxes in the order of their requests. Each sandbox is used once, because
 * untrusted code may have run in it, and is then killed and replaced. The pool renews the time to
 * live of a warm sandbox before half of it has passed, and connects to it again before leasing it,
 * which detects sandboxes that no longer exist: a leased sandbox has at least the lease limit to
 * live.
 *
 * <p><b>Failures.</b> If the platform rejects creations because of load (429, 503), the pool pauses
 * for as long as {@code Retry-After} says, five minutes at most, or else for a pause that grows
 * from half a second to thirty; callers keep waiting until their own limit, whose error then has
 * the rejection as its cause. Network failures and the platform's own faults are treated alike. A
 * permanent failure (authentication, an unknown template, an invalid request) fails all waiting
 * callers immediately.
 *
 * <p><b>Shutdown.</b> {@link #close} kills all sandboxes, including leased ones. An orderly JVM
 * shutdown does so too: a shutdown hook closes each open pool. A pool that is garbage-collected
 * without being closed is closed, with a warning. Sandboxes of a JVM that was killed end with their
 * time to live; {@link #reclaim} finds them sooner.
 *
 * @param <S> the type of the sandboxes
 */
public final class SandboxPool<S extends Sandbox> implements AutoCloseable {
  private final PoolOptions<S> options;
  private final PoolCore<S> core;
  private final BiFunction<SandboxLease<S>, S, S> views;

  SandboxPool(
      PoolOptions<S> options,
      OwnThreads threads,
      SandboxClient client,
      Supplier<S> creation,
      BiFunction<SandboxLease<S>, S, S> views) {
    this.options = options;
    this.core = new PoolCore<>(options, threads, client, creation);
    this.views = views;
    core.begin();
    Unclosed.watch(
        this, "the pool of " + options.owner(), "its sandboxes are killed", core::closeLater);
  }

  /**
   * A builder for a pool of plain sandboxes, whose calls fail once their lease has ended.
   *
   * @param owner the name by which {@link #reclaim} finds sandboxes left behind: 1 to 63 letters,
   *     digits, {@code .}, {@code _} or {@code -}. Best unique to the place where a JVM runs, such
   *     as a host or a replica
   * @param spec the sandboxes to create. Its time to live bounds how long a sandbox runs after the
   *     JVM was killed; at least the lease limit plus one minute
   * @throws dev.sandpiper.UnsupportedCapabilityException if the platform cannot list sandboxes or
   *     set their time to live
   */
  public static SandboxPoolBuilder<Sandbox> builder(
      String owner, SandboxClient client, SandboxSpec spec) {
    return new SandboxPoolBuilder<>(owner, client, spec, client::create, GuardedSandbox::of, true);
  }

  /**
   * A builder for a pool of a provider's own sandbox type. Once a lease has ended, calls fail only
   * because the sandbox is killed, so each sandbox is used once.
   *
   * @param creator creates a sandbox with the given spec, which has the pool's labels and time to
   *     live; for instance {@code common -> e2b.create(E2bSandboxSpec.of(common))}. Called by
   *     threads of the pool, which are interrupted when the pool is closed
   */
  public static <S extends Sandbox> SandboxPoolBuilder<S> builder(
      String owner, SandboxClient client, SandboxSpec spec, Function<SandboxSpec, S> creator) {
    return new SandboxPoolBuilder<>(
        owner, client, spec, creator, (lease, sandbox) -> sandbox, false);
  }

  /**
   * Kills the sandboxes left behind by pools of this owner, for instance when a worker starts whose
   * predecessor was killed. Lists the sandboxes with the owner's label, looks each up by id, and
   * kills it only if its own record has exactly this owner's labels, it does not belong to an open
   * pool in this JVM, and {@code isAbandoned} returns true. Does not wake sandboxes or extend their
   * time to live.
   *
   * <p>Whether a pool in another JVM is still open cannot be determined from outside. Pass what you
   * know: {@code tag -> true} if at most one JVM at a time uses this owner's name, {@code tag ->
   * dead.contains(tag.instance())} if you keep the {@link #instance} of each, or {@code tag ->
   * tag.isOverdue(Instant.now())}, which is always safe and finds only sandboxes that outlived
   * every limit of their pool.
   *
   * <p>Looks up ten thousand sandboxes at most. An interrupt ends it; the remaining ones are {@link
   * Reclaimed.Outcome#UNKNOWN}.
   *
   * @return the outcome for each listed sandbox
   * @throws dev.sandpiper.SandboxException if the list cannot be read; then nothing was killed
   */
  public static List<Reclaimed> reclaim(
      SandboxClient client, String owner, Predicate<PoolTag> isAbandoned) {
    requireNonNull(client, "client");
    requireNonNull(isAbandoned, "isAbandoned");
    return new Reclaim(client, PoolTag.requireOwner(owner), isAbandoned).run();
  }

  /** {@link #lease(Duration)} with the pool's wait limit. */
  public SandboxLease<S> lease() {
    return lease(options.waitLimit());
  }

  /**
   * Leases a sandbox; the caller closes the lease. Blocks until one is free and checked.
   *
   * @param waitLimit the maximum time to wait
   * @throws dev.sandpiper.DeadlineExceededException if no sandbox is free in time; the cause is
   *     what kept the pool from creating one
   * @throws dev.sandpiper.CancelledException if the thread is interrupted or the pool closed
   *     meanwhile
   * @throws dev.sandpiper.SandboxException if no sandbox can be created, with the platform's reason
   * @throws IllegalStateException if the pool is closed
   */
  public SandboxLease<S> lease(Duration waitLimit) {
    Duration checked = Durations.positive("the wait limit", waitLimit, "a second, for instance");
    return new SandboxLease<>(this, core, core.lease(checked), views);
  }

  /** The current state and counters. Makes no request. */
  public PoolCounts counts() {
    return core.counts();
  }

  /** The owner that the pool was built with. */
  public String owner() {
    return options.owner();
  }

  /** A random id that distinguishes this pool from others of the same owner. */
  public String instance() {
    return options.instance();
  }

  /**
   * Ends the leases, fails the waiting callers and kills all sandboxes. Waits five seconds for
   * pending creations, then interrupts them, which deletes their sandboxes, and waits fifteen more
   * for the rest. A warning names what is left. Idempotent; may be called from any thread, also an
   * interrupted one.
   */
  @Override
  public void close() {
    core.close();
  }

  @Override
  public String toString() {
    return "SandboxPool[" + owner() + ", " + counts() + "]";
  }
}
