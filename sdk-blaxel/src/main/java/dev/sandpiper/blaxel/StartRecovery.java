package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for a process whose start may have happened, and never starts it again. */
final class StartRecovery {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ProcessApi api;
  private final ProcessTree tree;

  StartRecovery(ProcessApi api, ProcessTree tree) {
    this.api = api;
    this.tree = tree;
  }

  /**
   * Finds the process of a start whose outcome is not known, or throws. A caller who was
   * interrupted wants it stopped instead.
   */
  void recover(Command command, ProcessRef ref, SandboxException failure) {
    boolean interrupted = Thread.interrupted();
    try {
      boolean isThere = look(ref);
      log.warn(
          "start {}: {}; {}",
          command.name(),
          failure.getMessage(),
          isThere ? "it was started and is adopted" : "the server does not know it");
      if (isThere && failure instanceof CancelledException) {
        tree.stop(ref, GRACE);
        throw failure;
      }
      if (!isThere) {
        throw unknown(command, "the sandbox knows nothing of it", failure);
      }
    } catch (InterruptedException e) {
      interrupted = true;
      throw new CancelledException(
          unknown(command, "its thread was interrupted", failure).failure(), failure);
    } catch (SandboxException e) {
      if (e != failure && e.getCause() != failure) {
        failure.addSuppressed(e);
        throw unknown(command, "the sandbox could not be asked", failure);
      }
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Twice, because the request may still have been on its way. */
  private boolean look(ProcessRef ref) throws InterruptedException {
    if (api.find("start", ref.processId()).isPresent()) {
      return true;
    }
    Waits.sleep(BETWEEN_LOOKS);
    return api.find("start", ref.processId()).isPresent();
  }

  static SandboxException unknown(Command command, String observed, SandboxException failure) {
    return Ambiguity.unknown(
        failure, "whether " + command.name() + " ran cannot be known; " + observed);
  }
}
