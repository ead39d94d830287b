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
 * thread that asks for events; news and, as a safety net, looks tell it where there is more.
 *
 * <p>The end is the judge's, once all outputs are read. A mark of an output's end that was removed,
 * or whose writer was killed, never comes: once nothing has been written for a while a gap stands
 * for what may be missing.
 */
final class FileEvents implements CommandEvents {
  private static final Logger log = LoggerFactory.getLogger(FileEvents.class);

  /** What a wrapper takes for a quick command. */
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
  private long changes; // that were seen
  private long pause = FIRST_PAUSE;
  private boolean isSeenWhole; // by a look after the record told the end
  private long newsSince; // of the files
  private long heard; // when the sandbox last answered

  private volatile boolean isOutputWanted = true;
  private volatile boolean cancelled;
  private volatile boolean released;
  private volatile boolean ended;
  private volatile boolean isWritten; // ended, and no writer is left that could make files

  /**
   * @param patience how long the sandbox may be out of reach
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

  /** True if it shows something new. */
  private boolean look() {
    boolean isOver = judge.judged() != null; // what was written before that is there
    Marks before = source.marks();
    isSeenWhole |= source.look(scope) && isOver;
    boolean isNews = !source.marks().equals(before);
    newsSince = isNews ? time.nanos() : newsSince;
    return isNews;
  }

  /** Waits for news; without any it looks itself. */
  private void awaitNews(ChangeNotifier.Counters seen) {
    long most = allowed(pause);
    long soonest = judge.soonest(source.marks());
    boolean isTold = notifier.await(seen, Math.min(most, soonest), failure(""));
    if (isTold && !judge.isDue()) {
      return;
    }
    // While a watch sees, a record that is due takes no listing along.
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
   * While a watch sees, looks are only for an event that was lost: after 10 s, and then every 30 to
   * 60 s, all processes of a sandbox at the same moments, so that they share a listing. Without a
   * watch what has run for long may be a little late.
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

  /** Reports the end, if this is it. */
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

  /** A sandbox may be out of reach for a while; nothing is lost by that. */
  private void tolerateOutage(SandboxException e) {
    rejectIfCancelled();
    boolean isFinal =
        e instanceof CancelledException || e instanceof WireFormatException || judge.isRefused();
    if (isFinal) {
      throw e;
    }
    if (e instanceof AuthenticationException) {
      throw lost("the sandbox lets us in no more", e);
    }
    if (e instanceof NotFoundException missing) {
      throw missing.what() == What.SANDBOX ? lost("the sandbox is gone", e) : e;
    }
    if (time.nanos() - heard > patience.toNanos()) {
      throw lost(
          "it could not be reached for " + patience.toSeconds() + " s; " + e.failure().observed(),
          e);
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

  /** True once the last event is there. From any thread. */
  boolean isEnded() {
    return ended;
  }

  /** True once nothing writes its files any more. From any thread. */
  boolean isWritten() {
    return isWritten;
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#outputWanted}. */
  void outputWanted(boolean wanted) {
    isOutputWanted = wanted;
  }

  /** Waits no longer for those who hold outputs open. From any thread. */
  void release() {
    released = true;
    lookNow();
  }

  /** Has the record be looked at now: something was done to the process. From any thread. */
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
