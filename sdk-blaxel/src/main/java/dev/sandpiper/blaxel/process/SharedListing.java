package dev.sandpiper.blaxel.process;

import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lists a directory for many: all who ask while a listing is on its way share the next one, so that
 * each sees what was there after it asked, and as many processes do not cost as many listings of
 * all their files. Safe for use by many threads.
 */
final class SharedListing {
  /** A listing that somebody has asked for. Its outcome is guarded by {@link #asking}. */
  private static final class Turn {
    @Nullable Map<String, Long> names;
    @Nullable SandboxException failure;
  }

  private final Function<CallScope, Map<String, Long>> lister;
  private final ReentrantLock asking = new ReentrantLock(true); // in turn, or some would wait twice
  private Turn next = new Turn(); // that nobody has begun; guarded by this

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

  /** What only ends the one who asks is nothing to the others, one of whom asks then. */
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
