package dev.sandpiper.engine;

import dev.sandpiper.CancelledException;
import dev.sandpiper.ExitStatus;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Monitor;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches concurrent stops in one sandbox into few scripts, because each script scans all processes
 * of the sandbox several times. The first caller's script starts immediately. Callers that arrive
 * while a script runs join one batch, and the first of them runs the script for all.
 */
final class StopBatches {
  private static final Logger log = LoggerFactory.getLogger(StopBatches.class);

  /**
   * The longest wait for a running script. Most end sooner; one whose processes ignore TERM delays
   * the next batch no longer than this.
   */
  private static final Duration GATHERING = Duration.ofSeconds(1);

  /** The time of a script besides the grace between TERM and KILL. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  /** The most processes in one batch, because Linux limits the length of the arguments. */
  private static final int LARGEST = 1000;

  private final ScriptHost scripts;
  private final ProcessPlatform platform;
  private final Monitor monitor;

  // Guarded by the monitor.
  private @Nullable Batch gathering; // open for more processes; null if there is none
  private int running; // scripts

  StopBatches(ScriptHost scripts, ProcessPlatform platform, Time time) {
    this.monitor = new Monitor(time);
    this.scripts = scripts;
    this.platform = platform;
  }

  private static final class Batch {
    final Thread leader = Thread.currentThread();
    final Duration grace;
    final List<ProcessRef> refs = new ArrayList<>();
    final List<ProcessRef> numbered = new ArrayList<>();
    final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

    Batch(Duration grace) {
      this.grace = grace;
    }

    /** The script's time limit. */
    Duration life() {
      return grace.plus(MARGIN);
    }

    String subject() {
      int others = refs.size() - 1;
      return refs.get(0) + (others > 0 ? " and " + others + " more" : "");
    }

    boolean takes(Duration otherGrace) {
      return grace.equals(otherGrace) && refs.size() < LARGEST;
    }
  }

  /**
   * Stops a process, in one batch with those stopped concurrently.
   *
   * @param isNumbered whether its pid is needed to find it
   * @throws PlatformException if a process of the batch is still alive
   */
  void stop(ProcessRef ref, Duration grace, boolean isNumbered, CallScope scope) {
    boolean isDone;
    do {
      isDone = stopOnce(ref, grace, isNumbered, scope);
    } while (!isDone);
  }

  /** False if the caller that ran the script for the batch was cancelled: then try again. */
  private boolean stopOnce(ProcessRef ref, Duration grace, boolean isNumbered, CallScope scope) {
    Batch batch = monitor.decide(() -> joined(ref, grace, isNumbered));
    boolean isFirst = batch.leader == Thread.currentThread();
    if (isFirst) {
      lead(batch, scope);
    }
    return follow(batch, ref, isFirst, scope);
  }

  private Batch joined(ProcessRef ref, Duration grace, boolean isNumbered) {
    Batch open = gathering;
    Batch batch = open != null && open.takes(grace) ? open : new Batch(grace);
    batch.refs.add(ref);
    if (isNumbered) {
      batch.numbered.add(ref);
    }
    gathering = batch;
    return batch;
  }

  private void lead(Batch batch, CallScope scope) {
    gather(batch);
    try {
      batch.exit.complete(run(batch, scope));
    } catch (Throwable e) {
      batch.exit.completeExceptionally(e);
    } finally {
      monitor.change(() -> running--);
    }
  }

  private void gather(Batch batch) {
    try {
      monitor.awaitWhile(() -> running > 0, GATHERING.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    monitor.change(
        () -> {
          running++;
          gathering = gathering == batch ? null : gathering;
        });
  }

  private ExitStatus run(Batch batch, CallScope scope) {
    Map<ProcessRef, String> numbers =
        batch.numbered.isEmpty()
            ? Map.of()
            : twice(batch, attempt -> platform.running(batch.numbered, attempt), scope);
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(batch.grace.toMillis() / 10));
    for (ProcessRef ref : batch.refs) {
      arguments.add(ref.nonce() + "/" + numbers.getOrDefault(ref, ""));
    }
    return twice(
        batch,
        attempt ->
            scripts
                .run("stop", batch.subject(), ProcessTrees.STOP, arguments, batch.life(), attempt)
                .exit(),
        scope);
  }

  /**
   * Tries twice: a repeated script does no harm, and the fallback may not reach the descendants.
   * The first attempt leaves a third of the time to the second, because its connection may be dead.
   */
  private static <T> T twice(Batch batch, Function<CallScope, T> attempt, CallScope scope) {
    try {
      return attempt.apply(scope.within(scope.left().dividedBy(3).multipliedBy(2)));
    } catch (NotFoundException | CancelledException e) {
      throw e;
    } catch (SandboxException e) {
      if (scope.hasEnded()) {
        throw e;
      }
      log.warn("stop {}: retried once after: {}", batch.subject(), e.getMessage());
      return attempt.apply(scope);
    }
  }

  private static boolean follow(Batch batch, ProcessRef ref, boolean isFirst, CallScope scope) {
    Failure about = Failure.of("stop", ref.toString(), "");
    try {
      if (scope.await(batch.exit, about).isSuccess()) {
        return true;
      }
      throw new PlatformException(about.withObserved("a descendant is still alive after KILL"));
    } catch (CancelledException e) {
      if (isFirst) {
        throw e;
      }
      // If this caller is not cancelled, the one that ran the script was.
      scope.check(about);
      return false;
    }
  }
}
