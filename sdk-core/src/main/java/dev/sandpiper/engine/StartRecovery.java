package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a start whose outcome is not known: looks for the process by its nonce and adopts it. Never
 * starts it again.
 */
public record StartRecovery(ProcessTrees trees, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  /** What a platform knows of one process that may have been started. */
  public interface Trace<C> {

    /** The process, if the platform shows it. */
    Optional<ProcessRef> find(CallScope scope);

    /**
     * Connects to the process.
     *
     * @param found empty if the platform does not show it
     * @throws NotFoundException if there is no such process, as far as the platform knows
     */
    C adopt(Optional<ProcessRef> found, CallScope scope);
  }

  /**
   * A connection to the process that was started after all. A caller whose time is over, or whose
   * thread was interrupted, wants it stopped instead; that takes a few seconds at the most. If it
   * is not there yet, it is stopped in the background when it begins.
   *
   * @param name of the command, for messages
   * @throws SandboxException if there is no such process, or nobody can know
   */
  public <C> C recover(String name, Trace<C> trace, SandboxException failure, CallScope scope) {
    SandboxException reason = failure;
    if (!(failure instanceof CancelledException) && !scope.hasEnded()) {
      try {
        return adopt(name, trace, failure, scope);
      } catch (SandboxException e) {
        if (!scope.hasEnded()) {
          throw e;
        }
        reason = e;
      }
    }
    new LateStart(name, trace, trees, threads).stop(apart -> look(name, trace, apart));
    throw reason;
  }

  private static <C> C adopt(
      String name, Trace<C> trace, SandboxException failure, CallScope scope) {
    try {
      Optional<ProcessRef> found = look(name, trace, scope);
      log.warn(
          "start {}: {}; {}",
          name,
          failure.getMessage(),
          found.isPresent() ? "it runs and is adopted" : "the sandbox does not show it (any more)");
      return trace.adopt(found, scope);
    } catch (CancelledException e) {
      throw new CancelledException(
          unknown(name, e.failure().observed(), failure).failure(), failure);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(name, answerOf(e), failure);
    }
  }

  private static String answerOf(SandboxException look) {
    if (look instanceof NotFoundException missing && missing.what() == What.PROCESS) {
      return "the sandbox knows nothing of it";
    }
    return look instanceof SandboxNotRunningException
        ? "the sandbox does not run any more"
        : "the sandbox could not be asked";
  }

  /** Twice, because the request may still have been on its way. */
  private static Optional<ProcessRef> look(String name, Trace<?> trace, CallScope scope) {
    Optional<ProcessRef> found = trace.find(scope);
    if (found.isEmpty()) {
      scope.sleep(BETWEEN_LOOKS, Failure.of("start", name, ""));
      found = trace.find(scope);
    }
    return found;
  }

  /**
   * Stops and closes a command that was started and cannot be used, also on an interrupted thread.
   *
   * @param grace between TERM and KILL
   * @param call what it was started for
   * @param cause why it cannot be used; gets what fails here as suppressed
   */
  public static void abandon(
      RunningCommand started, Duration grace, CallScope call, RuntimeException cause) {
    CallScope scope = call.apart().within(TreeStop.LIMIT);
    try {
      Uninterrupted.run(() -> started.stopTree(grace, scope));
    } catch (SandboxException e) {
      cause.addSuppressed(e);
      log.warn("{} cannot be used, nor be stopped: {}", started.ref(), e.getMessage());
    } finally {
      started.close();
    }
  }

  /** The failure of a start of which nobody can know whether the command runs. */
  public static SandboxException unknown(String name, String observed, SandboxException failure) {
    return Ambiguity.unknown(failure, "whether " + name + " ran cannot be known; " + observed);
  }
}
