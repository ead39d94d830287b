package dev.sandpiper.e2b;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.ProcessConnections.Connection;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a start whose outcome is not known: looks for the process by its nonce, twice among those
 * that run, once among those that just ended, and adopts it. Never starts it again.
 */
final class StartRecovery {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
  private static final Duration LIMIT = Duration.ofSeconds(9);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ProcessSearch search;
  private final ProcessTrees trees;
  private final ProcessConnections connections;

  StartRecovery(ProcessSearch search, ProcessTrees trees, ProcessConnections connections) {
    this.search = search;
    this.trees = trees;
    this.connections = connections;
  }

  /**
   * A connection to the process that was started after all. A caller whose time is over, or who was
   * interrupted, wants it stopped instead; that takes a few seconds at the most.
   *
   * @throws SandboxException if there is none, or nobody can know
   */
  Connection recover(String name, String nonce, SandboxException failure, CallScope scope) {
    SandboxException reason = failure;
    if (!(failure instanceof CancelledException) && !scope.hasEnded()) {
      try {
        return adopt(name, nonce, failure, scope);
      } catch (SandboxException e) {
        if (!scope.hasEnded()) {
          throw e;
        }
        reason = e;
      }
    }
    Uninterrupted.run(() -> stop(name, nonce));
    throw reason;
  }

  private Connection adopt(String name, String nonce, SandboxException failure, CallScope scope) {
    try {
      Optional<ProcessInfo> found = look(name, nonce, scope);
      log.warn(
          "start {}: {}; {}",
          name,
          failure.getMessage(),
          found.isPresent() ? "it runs and was adopted" : "it does not run (any more)");
      ProcessConnections inScope = connections.in(scope);
      return found.isPresent()
          ? inScope.byPid(name, found.get().getPid())
          : inScope.byTag(name, nonce);
    } catch (NotFoundException e) {
      failure.addSuppressed(e);
      throw unknown(name, "the sandbox knows nothing of it", failure);
    } catch (CancelledException e) {
      throw new CancelledException(
          unknown(name, e.failure().observed(), failure).failure(), failure);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(name, "the sandbox could not be asked", failure);
    }
  }

  /** Twice, because the request may still have been on its way. */
  private Optional<ProcessInfo> look(String name, String nonce, CallScope scope) {
    Optional<ProcessInfo> found = search.in(scope).byNonce(nonce);
    if (found.isEmpty()) {
      scope.sleep(BETWEEN_LOOKS, Failure.of("start", name, ""));
      found = search.in(scope).byNonce(nonce);
    }
    return found;
  }

  private void stop(String name, String nonce) {
    CallScope scope = CallScope.open().within(LIMIT);
    try {
      Optional<ProcessInfo> found = look(name, nonce, scope);
      if (found.isPresent()) {
        trees.stop(search.ref(found.get()), GRACE, () -> {}, scope);
      }
    } catch (SandboxException e) {
      log.warn("a start was cancelled, and whether it runs cannot be known: {}", e.getMessage());
    }
  }

  private static SandboxException unknown(String name, String observed, SandboxException failure) {
    return Ambiguity.unknown(failure, "whether " + name + " ran cannot be known; " + observed);
  }
}
