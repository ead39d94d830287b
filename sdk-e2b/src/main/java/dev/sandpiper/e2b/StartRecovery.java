package dev.sandpiper.e2b;

import dev.sandpiper.CancelledException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.e2b.ProcessConnections.Connection;
import dev.sandpiper.e2b.proto.ProcessProto.ProcessInfo;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a start whose outcome is not known: looks for the process by its nonce, twice among those
 * that run, once among those that just ended, and adopts it. Never starts it again.
 */
final class StartRecovery {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ProcessSearch search;
  private final ProcessTree tree;
  private final ProcessConnections connections;

  StartRecovery(ProcessSearch search, ProcessTree tree, ProcessConnections connections) {
    this.search = search;
    this.tree = tree;
    this.connections = connections;
  }

  /**
   * A connection to the process that was started after all. A caller who was interrupted wants it
   * stopped instead.
   *
   * @throws SandboxException if there is none, or nobody can know
   */
  Connection recover(String name, String nonce, SandboxException failure) {
    boolean interrupted = Thread.interrupted();
    try {
      if (failure instanceof CancelledException) {
        stop(nonce);
        throw failure;
      }
      return adopt(name, nonce, failure);
    } catch (InterruptedException e) {
      interrupted = true;
      SandboxException unknown = unknown(name, "its thread was interrupted", failure);
      throw new CancelledException(unknown.failure(), failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Connection adopt(String name, String nonce, SandboxException failure)
      throws InterruptedException {
    try {
      Optional<ProcessInfo> found = look(nonce);
      log.warn(
          "start {}: {}; {}",
          name,
          failure.getMessage(),
          found.isPresent() ? "it runs and was adopted" : "it does not run (any more)");
      if (found.isPresent()) {
        return connections.byPid(name, found.get().getPid());
      }
      return connections.byTag(name, nonce);
    } catch (NotFoundException e) {
      failure.addSuppressed(e);
      throw unknown(name, "the sandbox knows nothing of it", failure);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(name, "the sandbox could not be asked", failure);
    }
  }

  /** Twice, because the request may still have been on its way. */
  private Optional<ProcessInfo> look(String nonce) throws InterruptedException {
    Optional<ProcessInfo> found = search.byNonce(nonce);
    if (found.isEmpty()) {
      TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
      found = search.byNonce(nonce);
    }
    return found;
  }

  private void stop(String nonce) throws InterruptedException {
    try {
      Optional<ProcessInfo> found = look(nonce);
      if (found.isPresent()) {
        tree.stop(search.ref(found.get()), GRACE, () -> {});
      }
    } catch (SandboxException e) {
      log.warn("a start was cancelled, and whether it runs cannot be known: {}", e.getMessage());
    }
  }

  private static SandboxException unknown(String name, String observed, SandboxException failure) {
    return Ambiguity.unknown(failure, "whether " + name + " ran cannot be known; " + observed);
  }
}
