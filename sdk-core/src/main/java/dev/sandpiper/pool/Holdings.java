package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The sandboxes of a pool by state, and the waiting callers. Each sandbox is in one collection at a
 * time. Guarded by the pool's monitor.
 */
final class Holdings<S extends Sandbox> {
  /** In the order in which they are leased next. */
  final Deque<PooledSandbox<S>> warm = new ArrayDeque<>();

  /** Being checked before they are leased. */
  final Set<PooledSandbox<S>> checking = new HashSet<>();

  /** Being renewed to stay warm. */
  final Set<PooledSandbox<S>> renewing = new HashSet<>();

  final Set<Term<S>> leased = new LinkedHashSet<>();
  final Set<PooledSandbox<S>> killing = new LinkedHashSet<>();

  /** The threads that are creating one sandbox each. */
  final Set<Thread> creators = new HashSet<>();

  /** The number of pending creations, including those not begun yet. */
  int creating;

  /** The longest waiting first. */
  final Deque<Waiter<S>> waiters = new ArrayDeque<>();

  /** All sandboxes that count towards the maximum. */
  int total() {
    return coming() + leased.size() + killing.size();
  }

  /** Sandboxes that are warm, or will be unless something fails. */
  private int coming() {
    return warm.size() + checking.size() + renewing.size() + creating;
  }

  boolean needsCheck() {
    return waiters.size() > checking.size() && !warm.isEmpty();
  }

  /**
   * @param spare how many warm sandboxes to keep besides those for waiting callers
   */
  boolean needsCreation(int spare) {
    return waiters.size() + spare > coming();
  }

  /** True once a closed pool has nothing left to do. */
  boolean isEmpty() {
    return creating == 0 && killing.isEmpty();
  }
}
