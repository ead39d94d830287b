package dev.sandpiper.fake;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** The state of one sandbox, shared by all connections to it. */
final class Machine {
  /** Longer times have no end, because so distant an instant cannot be represented. */
  private static final Duration LONGEST = Duration.ofDays(365_000);

  final String id;
  final Disk disk = new Disk();
  final List<Running> processes = new CopyOnWriteArrayList<>();
  private final AtomicInteger started = new AtomicInteger();
  private final SandboxSpec spec;
  private final Instant startedAt = Instant.now();
  private volatile Instant expiresAt;
  private volatile boolean gone;

  Machine(String id, SandboxSpec spec) {
    this.id = id;
    this.spec = spec;
    this.expiresAt = startedAt.plus(bounded(spec.timeToLive()));
  }

  SandboxInfo info() {
    SandboxInfo info =
        SandboxInfo.of(id, SandboxInfo.State.RUNNING)
            .withLabels(spec.labels())
            .withStartedAt(startedAt)
            .withExpiresAt(expiresAt);
    return spec.template().map(info::withTemplate).orElse(info);
  }

  void expireIn(Duration timeToLive) {
    if (timeToLive.isZero()) {
      throw new IllegalArgumentException(
          "the time to live must be positive, not " + timeToLive + ": kill() ends it at once");
    }
    expiresAt = Instant.now().plus(bounded(timeToLive));
  }

  void liveAtLeast(Duration timeToLive) {
    Instant wanted = Instant.now().plus(bounded(timeToLive));
    expiresAt = wanted.isAfter(expiresAt) ? wanted : expiresAt;
  }

  private static Duration bounded(Duration timeToLive) {
    if (timeToLive.isNegative()) {
      throw new IllegalArgumentException(
          "the time to live must not be negative, and is " + timeToLive);
    }
    return timeToLive.compareTo(LONGEST) < 0 ? timeToLive : LONGEST;
  }

  ProcessRef nextRef() {
    int number = started.incrementAndGet();
    return new ProcessRef("fake", id, Integer.toString(number), "nonce-" + number);
  }

  boolean isGone() {
    return gone;
  }

  /** Its processes end without further events. */
  void end() {
    gone = true;
    processes.forEach(Running::lose);
  }
}
