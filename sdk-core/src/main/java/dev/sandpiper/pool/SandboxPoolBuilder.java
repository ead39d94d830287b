package dev.sandpiper.pool;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxClient;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.OwnThreads;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/** Builds a {@link SandboxPool}. Not thread-safe. */
public final class SandboxPoolBuilder<S extends Sandbox> {
  private static final int MOST = 10_000;

  /** Longer durations are clamped to this, so that sums do not overflow. */
  private static final Duration LONGEST = Duration.ofDays(3650);

  /** How much longer a sandbox lives than its lease, so that it does not end first. */
  private static final Duration BEHIND_THE_LEASE = Duration.ofMinutes(1);

  private final String owner;
  private final SandboxClient client;
  private final SandboxSpec spec;
  private final Function<SandboxSpec, S> creator;
  private final BiFunction<SandboxLease<S>, S, S> views;
  private final boolean isGuarded;
  private int warm = 1;
  private int maximum = 10;
  private int creationsInParallel = 4;
  private int uses = 1;
  private Duration maximumAge = Duration.ofMinutes(30);
  private Duration idleLimit = Duration.ZERO;
  private Duration waitLimit = Duration.ofMinutes(1);
  private Duration leaseLimit = Duration.ofMinutes(10);
  private Predicate<? super S> check = sandbox -> true;
  private Time time = Time.system();

  SandboxPoolBuilder(
      String owner,
      SandboxClient client,
      SandboxSpec spec,
      Function<SandboxSpec, S> creator,
      BiFunction<SandboxLease<S>, S, S> views,
      boolean isGuarded) {
    this.owner = PoolTag.requireOwner(requireNonNull(owner, "owner"));
    this.client = requireNonNull(client, "client");
    this.spec = requireNonNull(spec, "spec");
    this.creator = requireNonNull(creator, "creator");
    this.views = views;
    this.isGuarded = isGuarded;
    require(Capability.LISTS);
    require(Capability.EXPIRY);
  }

  private void require(Capability needed) {
    if (!client.capabilities().contains(needed)) {
      String observed =
          "a pool needs " + needed + ", which this client's platform does not support";
      throw new UnsupportedCapabilityException(Failure.of("pool", owner, observed), needed);
    }
  }

  /**
   * How many sandboxes to keep ready in addition to leased ones. Default: 1; zero creates on
   * demand.
   */
  public SandboxPoolBuilder<S> warm(int count) {
    warm = within("warm", count, 0);
    return this;
  }

  /**
   * How many sandboxes may exist at a time, including those being created or killed. Default: 10.
   */
  public SandboxPoolBuilder<S> maximum(int count) {
    maximum = within("maximum", count, 1);
    return this;
  }

  /**
   * How many sandboxes may be created concurrently. Default: 4. After a failure, one at a time
   * until one succeeds.
   */
  public SandboxPoolBuilder<S> creationsInParallel(int count) {
    creationsInParallel = within("creationsInParallel", count, 1);
    return this;
  }

  /**
   * How many leases a sandbox has before it is replaced. Default: 1. With more, a caller finds what
   * the previous one left: files, running processes, modified programs. If a lease ends in any
   * other way than by closing it, the sandbox is not leased again.
   *
   * @throws IllegalArgumentException if it is more than 1 and the sandboxes are a provider's own,
   *     whose calls cannot be stopped when a lease ends
   */
  public SandboxPoolBuilder<S> uses(int count) {
    if (count > 1 && !isGuarded) {
      throw new IllegalArgumentException(
          "uses must be 1 for a provider's own sandbox type: a caller could keep using a sandbox"
              + " that another caller has leased");
    }
    uses = within("uses", count, 1);
    return this;
  }

  /** Sandboxes older than this are not leased. Default: thirty minutes. */
  public SandboxPoolBuilder<S> maximumAge(Duration age) {
    maximumAge = bounded(Durations.positive("maximumAge", age, "an hour, for instance"));
    return this;
  }

  /**
   * A sandbox in excess of {@link #warm} is killed if it was not leased for this long. If no lease
   * was requested for this long, all are killed until the next request. Default: zero, no limit.
   */
  public SandboxPoolBuilder<S> idleLimit(Duration limit) {
    idleLimit = bounded(Durations.notNegative("idleLimit", limit, "no limit"));
    return this;
  }

  /** The maximum time that {@link SandboxPool#lease()} waits. Default: one minute. */
  public SandboxPoolBuilder<S> waitLimit(Duration limit) {
    waitLimit = bounded(Durations.positive("waitLimit", limit, "a second, for instance"));
    return this;
  }

  /**
   * The maximum duration of a lease; then it ends and its sandbox is killed. Default: ten minutes.
   */
  public SandboxPoolBuilder<S> leaseLimit(Duration limit) {
    leaseLimit = bounded(Durations.positive("leaseLimit", limit, "an hour, for instance"));
    return this;
  }

  /**
   * Checks a sandbox, also a new one, before it is leased: one for which the predicate returns
   * false or throws is killed and replaced. Default: no check; connecting to a warm sandbox then
   * proves only that it exists, not that it responds. May block; called on threads of the pool,
   * concurrently, while the caller waits.
   */
  public SandboxPoolBuilder<S> check(Predicate<? super S> isFit) {
    check = requireNonNull(isFit, "isFit");
    return this;
  }

  /** The pool's clock. For tests. */
  SandboxPoolBuilder<S> goingBy(Time driven) {
    time = driven;
    return this;
  }

  /**
   * Builds the pool, which begins to create the warm sandboxes in the background. Makes no request
   * itself, so a rejected account is reported by the first lease, and in the log.
   *
   * @throws IllegalArgumentException if {@code warm} is greater than {@code maximum}
   * @throws IllegalStateException if this JVM is shutting down
   */
  public SandboxPool<S> build() {
    if (warm > maximum) {
      throw new IllegalArgumentException("warm must be at most maximum: " + warm + " > " + maximum);
    }
    PoolOptions<S> options =
        new PoolOptions<>(
            owner,
            Nonce.random(),
            warm,
            maximum,
            creationsInParallel,
            uses,
            maximumAge,
            idleLimit,
            waitLimit,
            leaseLimit,
            timeToLive(),
            check);
    OwnThreads threads = new OwnThreads("sandpiper-pool", time);
    SandboxSpec common = spec.timeToLive(options.timeToLive());
    Time clock = time;
    Function<SandboxSpec, S> create = creator;
    return new SandboxPool<>(
        options,
        threads,
        client,
        () -> create.apply(options.tagFrom(clock.now()).on(common)),
        views);
  }

  private Duration timeToLive() {
    Duration needed = leaseLimit.plus(BEHIND_THE_LEASE);
    Duration wanted = bounded(spec.timeToLive());
    return wanted.compareTo(needed) < 0 ? needed : wanted;
  }

  private static Duration bounded(Duration value) {
    return value.compareTo(LONGEST) > 0 ? LONGEST : value;
  }

  private static int within(String option, int count, int least) {
    if (count < least || count > MOST) {
      throw new IllegalArgumentException(
          option + " must be " + least + " to " + MOST + ": " + count);
    }
    return count;
  }
}
