package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.Sandbox;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sandboxes that one client creates: those that are being created, and those that are not
 * closed yet. Safe for use by many threads.
 */
public final class CreatedSandboxes {
  private static final Logger log = LoggerFactory.getLogger(CreatedSandboxes.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CLEAN_UP = Duration.ofSeconds(30);

  private final CallScope scope = CallScope.open();
  private final Set<String> open = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();

  // Guarded by lock.
  private final List<String> begun = new ArrayList<>();
  private boolean closed;

  /**
   * Creates a sandbox. If the client is closed meanwhile, the sandbox is closed too.
   *
   * @param name by which somebody could find it, if it is left behind
   * @param creation is given the scope in which to create it
   */
  public <S extends Sandbox> S create(String name, Function<CallScope, S> creation) {
    begin(name);
    try {
      S sandbox = creation.apply(scope);
      open.add(sandbox.id());
      if (isClosed()) {
        sandbox.close();
        throw new CancelledException(
            Failure.of("create", sandbox.id(), "the client was closed, and the sandbox with it"));
      }
      return sandbox;
    } finally {
      end(name);
    }
  }

  private void begin(String name) {
    lock.lock();
    try {
      requireOpen();
      begun.add(name);
    } finally {
      lock.unlock();
    }
  }

  private void end(String name) {
    lock.lock();
    try {
      begun.remove(name);
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns if sandboxes can be created.
   *
   * @throws IllegalStateException once the client is closed
   */
  public void requireOpen() {
    if (isClosed()) {
      throw new IllegalStateException("this client is closed");
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** A sandbox is closed, or somebody else's from now on. */
  public void remove(String id) {
    open.remove(id);
  }

  /**
   * Lets no more be created. Waits five seconds for those that are being created, which are then
   * closed; gives up what is not there by then, and waits five seconds until that is deleted. A
   * warning names what is left.
   *
   * @return false, at once, if that was done or begun before
   */
  public boolean close() {
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      Uninterrupted.run(this::settle);
      if (!begun.isEmpty()) {
        log.warn("closed while sandboxes were being created, which may live on: {}", begun);
      }
    } finally {
      lock.unlock();
    }
    if (!open.isEmpty()) {
      log.warn("closed with sandboxes still open, which nobody will kill: {}", open);
    }
    return true;
  }

  private void settle() {
    if (!awaitEnds()) {
      scope.cancel();
      awaitEnds();
    }
  }

  private boolean awaitEnds() {
    long left = PATIENCE.toNanos();
    try {
      while (!begun.isEmpty() && left > 0) {
        left = ended.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return begun.isEmpty();
  }

  /** The time for finding and deleting what was created and is not used. */
  public static CallScope cleanUp() {
    return CallScope.open().within(CLEAN_UP);
  }

  /**
   * Kills what was created and is not used, also on an interrupted thread. Returns what to throw,
   * which says so if it could not be killed.
   */
  public static RuntimeException undo(String id, RuntimeException failure, Runnable kill) {
    try {
      Uninterrupted.run(kill);
      return failure;
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      log.warn(
          "sandbox {} was created, is not used and could not be killed: {}", id, e.getMessage());
      return failure instanceof SandboxException known
          ? Ambiguity.unknown(known, "it exists as " + id + " and could not be killed")
          : failure;
    }
  }
}
