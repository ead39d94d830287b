package dev.sandpiper.blaxel;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Command;
import dev.sandpiper.Failure;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.engine.ProcessTrees;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for a process whose start may have happened, and never starts it again. */
final class StartRecovery {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);
  private static final Duration LIMIT = Duration.ofSeconds(9);
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final ProcessApi api;
  private final ProcessTrees trees;

  StartRecovery(ProcessApi api, ProcessTrees trees) {
    this.api = api;
    this.trees = trees;
  }

  /**
   * Finds the process of a start whose outcome is not known, or throws. A caller whose time is
   * over, or who was interrupted, wants it stopped instead; that takes a few seconds at the most.
   */
  void recover(Command command, ProcessRef ref, SandboxException failure, CallScope scope) {
    SandboxException reason = failure;
    if (!(failure instanceof CancelledException) && !scope.hasEnded()) {
      try {
        adopt(command, ref, failure, scope);
        return;
      } catch (SandboxException e) {
        if (!scope.hasEnded()) {
          throw e;
        }
        reason = e;
      }
    }
    Uninterrupted.run(() -> stop(command, ref));
    throw reason;
  }

  private void adopt(Command command, ProcessRef ref, SandboxException failure, CallScope scope) {
    boolean isThere;
    try {
      isThere = look(ref, scope);
    } catch (CancelledException e) {
      SandboxException unknown = unknown(command, e.failure().observed(), failure);
      throw new CancelledException(unknown.failure(), failure);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(command, "the sandbox could not be asked", failure);
    }
    log.warn(
        "start {}: {}; {}",
        command.name(),
        failure.getMessage(),
        isThere ? "it was started and is adopted" : "the server does not know it");
    if (!isThere) {
      throw unknown(command, "the sandbox knows nothing of it", failure);
    }
  }

  private void stop(Command command, ProcessRef ref) {
    CallScope scope = CallScope.open().within(LIMIT);
    try {
      if (look(ref, scope)) {
        trees.stop(ref, GRACE, () -> {}, scope);
      }
    } catch (SandboxException e) {
      log.warn(
          "the start of {} was cancelled, and whether it runs cannot be known: {}",
          command.name(),
          e.getMessage());
    }
  }

  /** Twice, because the request may still have been on its way. */
  private boolean look(ProcessRef ref, CallScope scope) {
    ProcessApi inScope = api.in(scope);
    if (inScope.find("start", ref.processId()).isPresent()) {
      return true;
    }
    scope.sleep(BETWEEN_LOOKS, Failure.of("start", ref.processId(), ""));
    return inScope.find("start", ref.processId()).isPresent();
  }

  static SandboxException unknown(Command command, String observed, SandboxException failure) {
    return Ambiguity.unknown(
        failure, "whether " + command.name() + " ran cannot be known; " + observed);
  }
}
