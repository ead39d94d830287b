package dev.sandpiper.testkit.sessions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sandpiper.testkit.machine.ProcessFamily;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The processes of a session, which a test must not leave behind. */
final class SessionLeftovers {
  private SessionLeftovers() {}

  static void awaitNone(String sessionId) {
    until(() -> new ProcessFamily("E2B_SESSION_ID", sessionId, List::of).handles().isEmpty());
  }

  static void awaitSome(String sessionId) {
    until(() -> new ProcessFamily("E2B_SESSION_ID", sessionId, List::of).handles().size() >= 2);
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
  }
}
