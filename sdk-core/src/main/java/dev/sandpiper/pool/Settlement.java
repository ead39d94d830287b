package dev.sandpiper.pool;

import dev.sandpiper.http.Monitor;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits, for a bounded time, until a closed pool has killed all its sandboxes. */
final class Settlement {
  private static final Logger log = LoggerFactory.getLogger(SandboxPool.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLOSE = Duration.ofSeconds(15);

  private final String owner;
  private final Monitor monitor;
  private final Holdings<?> held;
  private boolean over; // guarded by the monitor; true once the wait has ended

  Settlement(String owner, Monitor monitor, Holdings<?> held) {
    this.owner = owner;
    this.monitor = monitor;
    this.held = held;
  }

  /** Returns early if the wait has ended before, or the thread is interrupted. */
  void await() {
    awaitWhile(() -> held.creating > 0, PATIENCE);
    monitor.change(() -> held.creators.forEach(Thread::interrupt));
    awaitWhile(() -> !held.isEmpty(), CLOSE);
    monitor.change(this::reportWhatIsLeft);
  }

  private void awaitWhile(BooleanSupplier question, Duration limit) {
    try {
      long unused = monitor.awaitWhile(() -> !over && question.getAsBoolean(), limit.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void reportWhatIsLeft() {
    if (!over && !held.isEmpty()) {
      log.warn(
          "pool of {} was closed while {} sandboxes were being created and {} being killed, which"
              + " may still run: {}",
          owner,
          held.creating,
          held.killing.size(),
          held.killing.stream().map(PooledSandbox::id).toList());
    }
    over = true;
  }
}
