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
 * Recovers from a start whose outcome is unknown: looks the process up by its nonce and adopts it.
 * Never starts it again.
 */
public record StartRecovery(ProcessTrees trees, BackgroundThreads threads) {
  private static final Logger log = LoggerFactory.getLogger(StartRecovery.class);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  /** Look-ups on the platform for one process that may have been started. */
  public interface Trace<C> {

    /** The process, if the platform lists it. */
    Optional<ProcessRef> find(CallScope scope);

    /**
     * Connects to the process.
     *
     * @param found empty if the platform does not list it
     * @throws NotFoundException if the platform knows no such process
     */
    C adopt(Optional<ProcessRef> found, CallScope scope);
  }

  /**
   * Connects to the process if it was started after all. If the caller's deadline has passed or its
   * thread was interrupted, the process is stopped instead, which takes a few seconds at most; if
   * it does not exist yet, it is stopped in the background when it appears.
   *
   * @param name the command's name, for messages
   * @throws SandboxException if the process does not exist, or that cannot be determined
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
          found.isPresent() ? "it runs and is adopted" : "the sandbox does not list it");
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
      return "the sandbox has no record of it";
    }
    return look instanceof SandboxNotRunningException
        ? "the sandbox is no longer running"
        : "the sandbox could not be queried";
  }

  /** Looks twice, because the request may still have been in flight. */
  private static Optional<ProcessRef> look(String name, Trace<?> trace, CallScope scope) {
    Optional<ProcessRef> found = trace.find(scope);
    if (found.isEmpty()) {
      scope.sleep(BETWEEN_LOOKS, Failure.of("start", name, ""));
      found = trace.find(scope);
    }
    return found;
  }

  /**
   * Stops and closes a started command that cannot be returned, also on an interrupted thread.
   *
   * @param grace between TERM and KILL
   * @param call the scope of the call that started it
   * @param cause why it cannot be returned; a failure here is added to it as suppressed
   */
  public static void abandon(
      RunningCommand started, Duration grace, CallScope call, RuntimeException cause) {
    CallScope scope = call.apart().within(TreeStop.LIMIT);
    try {
      Uninterrupted.run(() -> started.stopTree(grace, scope));
    } catch (SandboxException e) {
      cause.addSuppressed(e);
      log.warn("{} cannot be used and could not be stopped: {}", started.ref(), e.getMessage());
    } finally {
      started.close();
    }
  }

  /** The failure of a start after which it is unknown whether the command runs. */
  public static SandboxException unknown(String name, String observed, SandboxException failure) {
    return Ambiguity.unknown(failure, "it is unknown whether " + name + " ran; " + observed);
  }
}
