package dev.sandpiper.blaxel;

import dev.sandpiper.AuthenticationException;
import dev.sandpiper.CancelledException;
import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.ProcessMarks.ChannelEnd;
import dev.sandpiper.engine.ByteOffsets;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of one process, from the files that its wrapper writes. Everything is read on the
 * thread that asks for events; a watch and, as a safety net, listings tell it when to look.
 *
 * <p>The end is the mark of the exit and both channels read to their totals. A mark that was
 * removed, or whose writer was killed, never comes: then the server's record decides, once it is
 * closed and nothing has been written for a while, and a gap stands for what may be missing.
 */
final class ExactEvents {
  private static final Logger log = LoggerFactory.getLogger(ExactEvents.class);
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(5);
  private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long LONGEST_UNLISTED = TimeUnit.SECONDS.toNanos(30);
  private static final long SAFETY_NET = TimeUnit.SECONDS.toNanos(2);

  private final ProcessRef ref;
  private final String name;
  private final ExactFiles files;
  private final ProcessMarks marks;
  private final DirectoryWatch watch;
  private final EndOfProcess end;
  private final Duration patience;
  private final CallScope cancellation = CallScope.open();
  private final Deque<ProcessEvent> ready = new ArrayDeque<>(); // owned by the reading thread
  private final List<ExactChannel> channels;
  private long pause = FIRST_PAUSE; // owned by the reading thread
  private long judgedAt; // when the record told the end; of the reading thread
  private boolean isSeenWhole; // by a listing after that; of the reading thread
  private long newsSince = System.nanoTime(); // of the files; of the reading thread
  private long heard = System.nanoTime(); // when the sandbox last answered; of the reading thread
  private volatile boolean cancelled;
  private volatile boolean released;
  private volatile boolean ended;

  /**
   * @param begin where the first event stands
   * @param patience how long the sandbox may be out of reach
   */
  ExactEvents(
      ProcessRef ref,
      String name,
      ExactFiles files,
      ProcessMarks marks,
      DirectoryWatch watch,
      EndOfProcess end,
      Passed passed,
      ByteOffsets begin,
      Duration patience) {
    this.ref = ref;
    this.name = name;
    this.files = files;
    this.marks = marks;
    this.watch = watch;
    this.end = end;
    this.patience = patience;
    this.channels =
        List.of(
            channel(Channel.STDOUT, begin.stdout(), passed),
            channel(Channel.STDERR, begin.stderr(), passed));
  }

  private ExactChannel channel(Channel channel, long position, Passed passed) {
    return new ExactChannel(
        channel, ref.nonce(), files, marks, passed, cancellation, ready::add, position);
  }

  /** Tells something before everything else. */
  void first(ProcessEvent event) {
    ready.add(event);
  }

  /** See {@link dev.sandpiper.engine.RunningCommand#next}. */
  ProcessEvent next() {
    while (true) {
      ProcessEvent event = ready.poll();
      if (event != null) {
        return event;
      }
      rejectIfCancelled();
      try {
        long seen = marks.news();
        boolean isProgress = read();
        newsSince = isProgress ? System.nanoTime() : newsSince;
        if (isProgress || finish()) {
          pause = FIRST_PAUSE;
        } else {
          rest(seen);
        }
        heard = System.nanoTime();
      } catch (SandboxException e) {
        endure(e);
      }
    }
  }

  private boolean read() {
    boolean progress = false;
    for (ExactChannel channel : channels) {
      progress |= channel.read();
    }
    return progress;
  }

  /** Waits for news; without any it looks itself. */
  private void rest(long seen) {
    long most = watch.isArmed() ? SAFETY_NET : pause;
    if (await(seen, Math.min(most, end.soonest())) && !end.isDue()) {
      return;
    }
    boolean isWhole = end.isJudged(); // what was written before the record was closed is there
    long known = marks.growth();
    isSeenWhole |= files.show(marks, cancellation) && isWhole;
    boolean isNews = marks.growth() != known;
    newsSince = isNews ? System.nanoTime() : newsSince;
    pause = isNews ? FIRST_PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
    if (!isNews && end.lookAtRecord(cancellation)) {
      judgedAt = System.nanoTime();
      isSeenWhole = files.show(marks, cancellation);
      marks.distrust();
    }
  }

  private boolean await(long seen, long nanos) {
    try {
      return marks.awaitNews(seen, nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancelledException(failure("its thread was interrupted"), e);
    }
  }

  /** Tells the end, if this is it. */
  private boolean finish() {
    EndOfProcess.Final found = end.find();
    if (found == null) {
      return false;
    }
    if (end.isJudged() && !isSeenWhole && System.nanoTime() - judgedAt < LONGEST_UNLISTED) {
      return false;
    }
    boolean isBegun = marks.tries() > 0;
    boolean isSettled = released || end.isSettled(System.nanoTime() - newsSince);
    for (ExactChannel channel : channels) {
      ChannelEnd total = marks.end(channel.channel(), found.attempt());
      if (isBegun && total == null && !isSettled) {
        return false;
      }
      if (total != null && channel.position() < total.total()) {
        return channel.readUpTo(total.total());
      }
    }
    if (isBegun) {
      channels.forEach(channel -> tellLoss(channel, found.attempt()));
    } else {
      channels.forEach(channel -> gap(channel, "its files are gone, or it never began"));
    }
    ended = true;
    log.debug("{} {}", ref, found.status());
    ready.add(new Ended(found.status()));
    return true;
  }

  private void tellLoss(ExactChannel channel, int attempt) {
    ChannelEnd total = marks.end(channel.channel(), attempt);
    String reason = null;
    if (total == null) {
      reason =
          released
              ? "a child that escaped holds this output open, and nobody waited for its end"
              : "its files were removed, or what writes them was killed";
    } else if (total.status() != 0) {
      reason = "the sandbox could not write it down; is its disk full?";
    }
    if (reason != null) {
      gap(channel, reason);
    }
  }

  private void gap(ExactChannel channel, String reason) {
    OptionalLong from = OptionalLong.of(channel.position());
    ready.add(new OutputGap(channel.channel(), from, OptionalLong.empty(), reason));
  }

  /** A sandbox may be out of reach for a while; nothing is lost by that. */
  private void endure(SandboxException e) {
    rejectIfCancelled();
    boolean isFinal =
        e instanceof CancelledException
            || e instanceof WireFormatException
            || e instanceof NotBegunException;
    if (isFinal) {
      throw e;
    }
    if (e instanceof AuthenticationException) {
      throw lost("the sandbox lets us in no more", e);
    }
    if (e instanceof NotFoundException missing
        && missing.what() == NotFoundException.What.SANDBOX) {
      throw lost("the sandbox is gone", e);
    }
    if (System.nanoTime() - heard > patience.toNanos()) {
      throw lost(
          "it could not be reached for " + patience.toSeconds() + " s; " + e.failure().observed(),
          e);
    }
    log.debug("{}: {}", ref, e.getMessage());
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    await(marks.news(), pause);
    marks.distrust();
  }

  private ConnectionLostException lost(String observed, SandboxException cause) {
    return new ConnectionLostException(
        failure("the sandbox was lost before the command's end was told; " + observed), ref, cause);
  }

  private void rejectIfCancelled() {
    if (cancelled) {
      throw new CancelledException(failure("it was closed"));
    }
  }

  /** True once the last event is there. */
  boolean isEnded() {
    return ended;
  }

  /** True if every file that its wrapper makes is there. From any thread, once ended. */
  boolean isComplete() {
    int last = marks.tries();
    return last > 0
        && marks.end(Channel.STDOUT, last) != null
        && marks.end(Channel.STDERR, last) != null;
  }

  /** Waits no longer for those who hold outputs open. From any thread. */
  void release() {
    released = true;
    lookNow();
  }

  /** Has the record be looked at now: something was done to the process. From any thread. */
  void lookNow() {
    end.hurry();
    marks.wake();
  }

  /** Frees the reader. From any thread. */
  void cancel() {
    cancelled = true;
    cancellation.cancel();
    marks.wake();
  }

  private Failure failure(String observed) {
    return Failure.of("follow", name, observed);
  }

  /** What takes segments that nobody needs any more. */
  @FunctionalInterface
  interface Passed {
    void remove(String file);
  }
}
