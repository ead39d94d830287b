package dev.sandpiper.blaxel.process;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Shares listings of a directory: all callers that arrive while a listing is in flight share the
 * next one, so that each sees the state after its call, and many processes do not cost as many
 * listings. Thread-safe.
 */
final class SharedListing {
  /** A requested listing. Its outcome is guarded by {@link #asking}. */
  private static final class Turn {
    @Nullable Map<String, Long> names;
    @Nullable SandboxException failure;
  }

  private final Function<CallScope, Map<String, Long>> lister;
  // Fair, so that no caller waits for two listings.
  private final ReentrantLock asking = new ReentrantLock(true);
  private Turn next = new Turn(); // not begun yet; guarded by this

  SharedListing(Function<CallScope, Map<String, Long>> lister) {
    this.lister = lister;
  }

  Map<String, Long> get(CallScope scope, Failure about) {
    Turn turn = join();
    scope.lock(asking, about);
    try {
      Map<String, Long> names = turn.names;
      if (names == null && turn.failure == null) {
        names = list(turn, scope);
      }
      if (names == null) {
        throw turn.failure;
      }
      return names;
    } finally {
      asking.unlock();
    }
  }

  private synchronized Turn join() {
    return next;
  }

  private synchronized void close(Turn turn) {
    next = next == turn ? new Turn() : next;
  }

  /** If the listing caller is cancelled, one of the others lists instead. */
  private Map<String, Long> list(Turn turn, CallScope scope) {
    close(turn);
    try {
      Map<String, Long> names = lister.apply(scope);
      turn.names = names;
      return names;
    } catch (SandboxException e) {
      turn.failure = scope.hasEnded() ? null : e;
      throw e;
    }
  }
}
