package dev.sandpiper.fake;

import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** What one sandbox holds, whoever is connected to it. */
final class Machine {
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
    this.expiresAt = startedAt.plus(spec.timeToLive());
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
    expiresAt = Instant.now().plus(timeToLive);
  }

  void liveAtLeast(Duration timeToLive) {
    Instant wanted = Instant.now().plus(timeToLive);
    expiresAt = wanted.isAfter(expiresAt) ? wanted : expiresAt;
  }

  ProcessRef nextRef() {
    int number = started.incrementAndGet();
    return new ProcessRef("fake", id, Integer.toString(number), "nonce-" + number);
  }

  boolean isGone() {
    return gone;
  }

  /** Its processes end without a word. */
  void end() {
    gone = true;
    processes.forEach(Running::lose);
  }
}
