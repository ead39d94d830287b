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
 * Warm sandboxes of one client, for this JVM. Safe for use by many threads; close it before its
 * client.
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
 * <p>Callers get sandboxes in the order in which they asked. Each sandbox is used once, because
 * code of somebody ran in it, and is then killed and replaced. The pool connects to a warm one, for
 * its time to live, before half of that is over, and again before it hands it out, which finds
 * those that are gone: a sandbox that is handed out has at least the lease limit to live.
 *
 * <p><b>Failures.</b> When the platform refuses creations for their number (429, 503), the pool
 * pauses for as long as {@code Retry-After} says, five minutes at most, otherwise for a pause that
 * grows from half a second to thirty; callers wait on until their own limit, whose error then has
 * the refusal as its cause. Failures of the network and of the platform are treated alike. A
 * failure that waiting does not help (authentication, a template that does not exist, a refusal)
 * fails all callers that wait, at once.
 *
 * <p><b>The end.</b> {@link #close} kills all sandboxes, also leased ones. A JVM that ends in order
 * does so too: a shutdown hook closes each pool that is open. A pool that becomes garbage unclosed
 * is closed, with a warning. What a JVM that was killed leaves ends when its time to live is over;
 * {@link #reclaim} finds it sooner.
 *
 * @param <S> the provider's sandboxes
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
   * Options of a pool of plain sandboxes, whose calls fail once their lease has ended.
   *
   * @param owner by which {@link #reclaim} finds what it leaves: 1 to 63 letters, digits, {@code
   *     .}, {@code _} or {@code -}. Best one name for each place where a JVM runs, such as a host
   *     or a replica
   * @param spec what to create. Its time to live is what a sandbox lives on if the JVM is killed;
   *     at least the lease limit and a minute
   * @throws dev.sandpiper.UnsupportedCapabilityException if the platform cannot list sandboxes or
   *     choose when they end
   */
  public static SandboxPoolBuilder<Sandbox> builder(
      String owner, SandboxClient client, SandboxSpec spec) {
    return new SandboxPoolBuilder<>(owner, client, spec, client::create, GuardedSandbox::of, true);
  }

  /**
   * Options of a pool of a provider's own sandboxes. Once a lease has ended, their calls fail only
   * because the sandbox is killed, so each is used once.
   *
   * @param creator creates one with the spec that it is given, whose labels and time to live are
   *     the pool's, for instance {@code common -> e2b.create(E2bSandboxSpec.of(common))}. Called by
   *     threads of the pool, which are interrupted when the pool is closed
   */
  public static <S extends Sandbox> SandboxPoolBuilder<S> builder(
      String owner, SandboxClient client, SandboxSpec spec, Function<SandboxSpec, S> creator) {
    return new SandboxPoolBuilder<>(
        owner, client, spec, creator, (lease, sandbox) -> sandbox, false);
  }

  /**
   * Kills what pools of this owner have left, for instance when a worker starts whose predecessor
   * was killed. Lists the sandboxes with the owner's label, asks the platform about each by its id,
   * and kills it only if its own record has exactly this owner's labels, no pool that is open in
   * this JVM has made it, and {@code isAbandoned} says so. Wakes nothing, prolongs nothing.
   *
   * <p>Nobody can see from outside whether a pool in another JVM lives. Say what you know: {@code
   * tag -> true} if at most one JVM at a time uses this owner's name, {@code tag ->
   * dead.contains(tag.instance())} if you keep the {@link #instance} of each, or {@code tag ->
   * tag.isOverdue(Instant.now())}, which is always right and finds only what outlived every limit
   * of its pool.
   *
   * <p>Looks at ten thousand sandboxes at most. An interrupt ends it: those that are left are
   * {@link Reclaimed.Outcome#UNKNOWN}.
   *
   * @return what was done, and what could not be found out, for each sandbox that was listed
   * @throws dev.sandpiper.SandboxException if the list cannot be read; nothing was killed then
   */
  public static List<Reclaimed> reclaim(
      SandboxClient client, String owner, Predicate<PoolTag> isAbandoned) {
    requireNonNull(client, "client");
    requireNonNull(isAbandoned, "isAbandoned");
    return new Reclaim(client, PoolTag.requireOwner(owner), isAbandoned).run();
  }

  /** {@link #lease(Duration)} within the pool's wait limit. */
  public SandboxLease<S> lease() {
    return lease(options.waitLimit());
  }

  /**
   * A sandbox for the caller, who closes the lease. Blocks until one is free and checked.
   *
   * @param waitLimit how long to wait at most
   * @throws dev.sandpiper.DeadlineExceededException if there is none in time, with what kept the
   *     pool from creating one as its cause
   * @throws dev.sandpiper.CancelledException if the thread is interrupted or the pool closed
   * @throws dev.sandpiper.SandboxException if none can be created at all, with the platform's
   *     reason
   * @throws IllegalStateException if the pool was closed before
   */
  public SandboxLease<S> lease(Duration waitLimit) {
    Duration checked = Durations.positive("the wait limit", waitLimit, "a second, for instance");
    return new SandboxLease<>(this, core, core.lease(checked), views);
  }

  /** What it holds and has done. Makes no request. */
  public PoolCounts counts() {
    return core.counts();
  }

  /** The name that it was given. */
  public String owner() {
    return options.owner();
  }

  /** What tells this pool from every other of its owner; random. */
  public String instance() {
    return options.instance();
  }

  /**
   * Ends the leases, fails the callers that wait, and kills all sandboxes. Waits five seconds for
   * those that are being created, then interrupts their creation, which deletes them; and fifteen
   * more for all that is left, which a warning names. Idempotent; from any thread, also an
   * interrupted one.
   */
  @Override
  public void close() {
    core.close();
  }

  @Override
  public String toString() {
    return "SandboxPool[" + owner() + "]";
  }
}
