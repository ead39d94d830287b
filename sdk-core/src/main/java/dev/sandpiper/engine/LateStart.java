package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A start that its caller cancelled while the request was in flight. The process may begin long
 * after the first look-ups, so it is looked up in the background as well, and stopped when it
 * appears. Ends with the client.
 */
final class LateStart {
  private static final Logger log = LoggerFactory.getLogger(LateStart.class);

  /** How long a proxy or a busy server may delay a request. */
  private static final Duration LATEST_START = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final StartRecovery.Trace<?> trace;
  private final ProcessTrees trees;
  private final BackgroundThreads threads;
  private final Backoff pauses;

  /**
   * @param name the command's name, for messages
   */
  LateStart(
      String name, StartRecovery.Trace<?> trace, ProcessTrees trees, BackgroundThreads threads) {
    this.name = name;
    this.trace = trace;
    this.trees = trees;
    this.threads = threads;
    this.pauses = new Backoff(FIRST_PAUSE, LATEST_START, threads.scope().within(LATEST_START));
  }

  /**
   * Looks the process up now, on an interrupted thread too, and continues in the background unless
   * it was found and stopped.
   *
   * @param look the first look-up, which may be a thorough one
   */
  void stop(LookUp look) {
    if (!isSettled(look)) {
      lookLater();
    }
  }

  /** Looks the process up on the platform. */
  @FunctionalInterface
  interface LookUp {
    Optional<ProcessRef> find(CallScope scope);
  }

  private void lookLater() {
    try {
      Future<?> unused =
          threads
              .timers()
              .in(pauses.next(), () -> threads.promptly().execute(() -> stop(trace::find)));
    } catch (CancelledException e) {
      log.debug("the start of {} was cancelled and its client closed: not looked up again", name);
    }
  }

  /** True if the process was stopped, the sandbox no longer exists, or the time is up. */
  private boolean isSettled(LookUp look) {
    boolean isLast = !pauses.hasTime();
    try {
      return Uninterrupted.repeat(() -> isStopped(look)) || isLast;
    } catch (NotFoundException e) {
      return true;
    } catch (SandboxException e) {
      if (isLast) {
        log.warn(
            "the start of {} was cancelled, and it is unknown whether it runs: {}",
            name,
            e.getMessage());
      }
      return isLast;
    }
  }

  private boolean isStopped(LookUp look) {
    CallScope scope = threads.scope().within(TreeStop.LIMIT);
    Optional<ProcessRef> found = look.find(scope);
    found.ifPresent(ref -> trees.stop(ref, TreeStop.GRACE, () -> {}, scope));
    return found.isPresent();
  }
}
