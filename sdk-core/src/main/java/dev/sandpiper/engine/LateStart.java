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
 * A start that its caller gave up while the request was on its way. The sandbox may begin it long
 * after the first looks for it, so the process is looked for in the background as well, and stopped
 * when it appears. Ends with the client.
 */
final class LateStart {
  private static final Logger log = LoggerFactory.getLogger(LateStart.class);

  /** How long a request may lie in a proxy or at a server that is busy. */
  private static final Duration ON_ITS_WAY = Duration.ofSeconds(30);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final StartRecovery.Trace<?> trace;
  private final ProcessTrees trees;
  private final BackgroundThreads threads;
  private final Backoff pauses;

  /**
   * @param name of the command, for messages
   */
  LateStart(
      String name, StartRecovery.Trace<?> trace, ProcessTrees trees, BackgroundThreads threads) {
    this.name = name;
    this.trace = trace;
    this.trees = trees;
    this.threads = threads;
    this.pauses = new Backoff(FIRST_PAUSE, ON_ITS_WAY, threads.scope().within(ON_ITS_WAY));
  }

  /**
   * Looks now, on an interrupted thread too, and goes on in the background unless the process was
   * found and stopped.
   *
   * @param look of the first time, which may take its time
   */
  void stop(LookUp look) {
    if (!isSettled(look)) {
      lookLater();
    }
  }

  /** Asks whether the process is there. */
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
      log.debug("the start of {} was cancelled, and so was its client", name);
    }
  }

  /** True if the process was stopped, if there is no such sandbox any more, or the time is over. */
  private boolean isSettled(LookUp look) {
    boolean isLast = !pauses.hasTime();
    try {
      return Uninterrupted.repeat(() -> isStopped(look)) || isLast;
    } catch (NotFoundException e) {
      return true;
    } catch (SandboxException e) {
      if (isLast) {
        log.warn(
            "the start of {} was cancelled, and whether it runs cannot be known: {}",
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
