package dev.sandpiper.blaxel.process;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.CommandEvents;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one process whose outputs are files in the sandbox. Everything is read on the
 * thread that asks for events; notifications and, as a safety net, periodic listings show where
 * there is more.
 *
 * <p>The end comes from the {@link ExitJudge}, once all outputs have been read. If the mark of an
 * output's end was removed, or its writer killed, it never appears: after a while without writes, a
 * gap stands for what may be missing.
 */
final class FileEvents implements CommandEvents {
  private static final Logger log = LoggerFactory.getLogger(FileEvents.class);

  /** The time that a wrapper takes for a quick command. */
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long SHORT_PAUSE = TimeUnit.MILLISECONDS.toNanos(40);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_UNLISTED = TimeUnit.SECONDS.toNanos(30);
  private static final long FIRST_WATCHED_PAUSE = TimeUnit.SECONDS.toNanos(10);
  private static final long LATER_WATCHED_PAUSE = TimeUnit.SECONDS.toNanos(30);
  private static final long SAFETY_NET = TimeUnit.SECONDS.toNanos(2);

  private final ProcessRef ref;
  private final String name;
  private final OutputSource source;
  private final ChangeNotifier notifier;
  private final ExitJudge judge;
  private final Duration patience;
  private final Time time;
  private final CallScope scope;
  private final List<? extends OutputSource.Reader> outputs;

  // Owned by the reading thread.
  private final Deque<ProcessEvent> ready = new ArrayDeque<>();
  private final long began;
  private long changes; // the counter of changes at the last listing
  private long pause = FIRST_PAUSE;
  private boolean isSeenWhole; // listed after the record showed the end
  private long newsSince; // when the files last changed
  private long heard; // when the sandbox last responded

  private volatile boolean isOutputWanted = true;
  private volatile boolean cancelled;
  private volatile boolean released;
  private volatile boolean ended;
  private volatile boolean isWritten; // ended, and no writer is left that could create files

  /**
   * @param patience how long the sandbox may be unreachable
   */
  FileEvents(
      ProcessRef ref,
      String name,
      OutputSource source,
      ChangeNotifier notifier,
      ExitJudge judge,
      Duration patience) {
    this.ref = ref;
    this.name = name;
    this.source = source;
    this.notifier = notifier;
    this.judge = judge;
    this.patience = patience;
    this.time = judge.time();
    this.scope = CallScope.open(time);
    this.began = time.nanos();
    this.newsSince = began;
    this.heard = began;
    this.outputs = source.readers(ready::add, scope);
  }

  @Override
  public ProcessEvent next() {
    while (ready.isEmpty()) {
      rejectIfCancelled();
      try {
        step();
        heard = time.nanos();
      } catch (SandboxException e) {
        tolerateOutage(e);
      }
    }
    return ready.remove();
  }

  private void step() {
    ChangeNotifier.Counters seen = notifier.counters();
    if (seen.changes() != changes) {
      changes = seen.changes();
      look();
    }
    if (read()) {
      newsSince = time.nanos();
      pause = FIRST_PAUSE;
    } else if (!finish()) {
      awaitNews(seen);
    }
  }

  private boolean read() {
    boolean progress = false;
    for (OutputSource.Reader output : outputs) {
      progress |= output.read();
    }
    return progress;
  }

  /** Lists the files. True if something is new. */
  private boolean look() {
    boolean isOver = judge.judged() != null; // then this listing shows everything that was written
    Marks before = source.marks();
    isSeenWhole |= source.look(scope) && isOver;
    boolean isNews = !source.marks().equals(before);
    newsSince = isNews ? time.nanos() : newsSince;
    return isNews;
  }

  /** Waits for news; without any, lists the files. */
  private void awaitNews(ChangeNotifier.Counters seen) {
    long most = allowed(pause);
    long soonest = judge.soonest(source.marks());
    boolean isTold = notifier.await(seen, Math.min(most, soonest), failure(""));
    if (isTold && !judge.isDue()) {
      return;
    }
    // While the watch is in effect, checking the record does not require a listing.
    boolean isOnlyDue = judge.isDue() && !isTold && 0 < soonest && soonest < most;
    boolean takesLook = !isOnlyDue || !source.isWatched();
    boolean isNews = takesLook && look();
    if (takesLook) {
      pause = isNews ? FIRST_PAUSE : Math.max(pause, 2 * most);
    }
    if (!isNews && judge.askIfDue(scope)) {
      look();
      notifier.changed();
    }
  }

  /**
   * The pause before the next listing. While the watch is in effect, listings only compensate for
   * lost events: after 10 s, then every 30 to 60 s, at the same moments for all processes of a
   * sandbox, so that they share a listing. Without a watch, output of a long-running process may be
   * slightly delayed.
   */
  private long allowed(long wished) {
    if (source.isWatched()) {
      return wished <= FIRST_WATCHED_PAUSE
          ? FIRST_WATCHED_PAUSE
          : 2 * LATER_WATCHED_PAUSE - Math.floorMod(time.nanos(), LATER_WATCHED_PAUSE);
    }
    long share = Math.max(SHORT_PAUSE, (time.nanos() - began) / 4);
    return Math.min(wished, Math.min(share, isOutputWanted ? LONGEST_PAUSE : SAFETY_NET));
  }

  /** Reports the end, if the process has ended and all output was read. */
  private boolean finish() {
    Marks marks = source.marks();
    ExitJudge.Final found = judge.find(marks);
    if (found == null) {
      return false;
    }
    boolean isJudged = judge.judged() != null;
    if (isJudged && !isSeenWhole && judge.sinceJudged() < LONGEST_UNLISTED) {
      return false;
    }
    boolean isSettled = released || judge.isSettled(time.nanos() - newsSince);
    if (!outputs.stream().allMatch(output -> output.isRead(found.attempt(), isSettled))) {
      return false;
    }
    outputs.forEach(output -> output.finish(found.attempt(), released));
    isWritten = marks.tries() == 0 || marks.isClosed(marks.tries());
    ended = true;
    log.debug("{} {}", ref, found.status());
    ready.add(new Ended(found.status()));
    return true;
  }

  /** Tolerates an unreachable sandbox for a while, because no output is lost meanwhile. */
  private void tolerateOutage(SandboxException e) {
    rejectIfCancelled();
    boolean isFinal =
        e instanceof CancelledException || e instanceof WireFormatException || judge.isRefused();
    if (isFinal) {
      throw e;
    }
    if (e instanceof AuthenticationException) {
      throw lost("the sandbox no longer accepts the token", e);
    }
    if (e instanceof NotFoundException missing) {
      throw missing.what() == What.SANDBOX ? lost("the sandbox is gone", e) : e;
    }
    if (time.nanos() - heard > patience.toNanos()) {
      throw lost(
          "it was unreachable for " + patience.toSeconds() + " s; " + e.failure().observed(), e);
    }
    log.debug("{}: {}", ref, e.getMessage());
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    notifier.await(notifier.counters(), pause, failure(""));
    notifier.changed();
  }

  private ConnectionLostException lost(String observed, SandboxException cause) {
    return new ConnectionLostException(
        failure("the sandbox was lost before the command's end was reported; " + observed),
        ref,
        cause);
  }

  private void rejectIfCancelled() {
    if (cancelled) {
      throw new CancelledException(failure("it was closed"));
    }
  }

  /** True once the last event was delivered. May be called from any thread. */
  boolean isEnded() {
    return ended;
  }

  /** True once nothing writes its files any more. May be called from any thread. */
  boolean isWritten() {
    return isWritten;
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#outputWanted}. */
  void outputWanted(boolean wanted) {
    isOutputWanted = wanted;
  }

  /** Stops waiting for processes that hold the outputs open. May be called from any thread. */
  void release() {
    released = true;
    lookNow();
  }

  /**
   * Makes the record be checked now, after an operation on the process. May be called from any
   * thread.
   */
  void lookNow() {
    judge.hurry();
    notifier.wake();
  }

  @Override
  public void cancel() {
    cancelled = true;
    scope.cancel();
    notifier.wake();
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }
}
