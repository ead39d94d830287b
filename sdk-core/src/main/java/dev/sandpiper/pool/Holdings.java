package dev.sandpiper.pool;

import dev.sandpiper.Sandbox;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a pool holds at the moment, and who waits. Each sandbox is in one place at a time. Guarded
 * by the pool's monitor.
 */
final class Holdings<S extends Sandbox> {
  /** The one that is handed out next is the first. */
  final Deque<PooledSandbox<S>> warm = new ArrayDeque<>();

  /** Checked so as to be handed out. */
  final Set<PooledSandbox<S>> checking = new HashSet<>();

  /** Prolonged so as to stay warm. */
  final Set<PooledSandbox<S>> renewing = new HashSet<>();

  final Set<Term<S>> leased = new LinkedHashSet<>();
  final Set<PooledSandbox<S>> killing = new LinkedHashSet<>();

  /** The threads that create one each. */
  final Set<Thread> creators = new HashSet<>();

  /** Those that are about to be begun too. */
  int creating;

  /** The longest waiting first. */
  final Deque<Waiter<S>> waiters = new ArrayDeque<>();

  /** All that count towards the maximum. */
  int total() {
    return coming() + leased.size() + killing.size();
  }

  /** Those that are warm, or will be unless something fails. */
  private int coming() {
    return warm.size() + checking.size() + renewing.size() + creating;
  }

  boolean needsCheck() {
    return waiters.size() > checking.size() && !warm.isEmpty();
  }

  /**
   * @param spare how many there should be beyond what is waited for
   */
  boolean needsCreation(int spare) {
    return waiters.size() + spare > coming();
  }

  /** True once a closed pool has nothing to do any more. */
  boolean isEmpty() {
    return creating == 0 && killing.isEmpty();
  }
}
