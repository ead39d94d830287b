package dev.sandpiper.blaxel.process;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.blaxel.process.Marks.ChannelEnd;
import dev.sandpiper.blaxel.process.OutputDirectory.Part;
import dev.sandpiper.http.CallScope;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One output of a process, read from the segments that its wrapper writes, from any byte on. What
 * has vanished before it was read is a gap. For the reading thread.
 */
final class ExactChannel implements OutputSource.Reader {
  /** As much as an event may hold. A reader holds one, and one more that is on its way. */
  static final int PIECE = 1 << 20;

  /**
   * How far behind us segments are dropped. Less than this is on its way to the one who reads
   * events, whose position somebody else may have to go back to: a buffer of 1 MiB with one event
   * above it, and one in our hands.
   */
  static final long KEPT_BEHIND = 4 << 20;

  /** What a slow connection brings within the time that a read has. */
  private static final int SMALLEST_PIECE = 64 << 10;

  /** So much at once comes from a command that goes on writing. */
  private static final int FLOW = 64 << 10;

  /** In which more of a flow gathers, so that its writer does not wait for our requests. */
  private static final Duration GATHERING = Duration.ofMillis(10);

  private final Channel channel;
  private final ProcessFiles files;
  private final ChangeNotifier notifier;
  private final Lease lease;
  private final CallScope scope;
  private final Consumer<ProcessEvent> events;
  private final ReadAhead ahead;
  private long position;
  private final long begin;
  private long told; // the first byte that is still needed, as far as the writer was told
  private long writes; // that were seen
  private boolean isUnread; // there may be more, whatever the last listing shows
  private boolean isFlowing; // and was read to its end
  private int spoilt;
  private int piece = PIECE;

  ExactChannel(
      Channel channel,
      ProcessFiles files,
      ChangeNotifier notifier,
      Lease lease,
      CallScope scope,
      ReadAhead ahead,
      Consumer<ProcessEvent> events,
      long position) {
    this.channel = channel;
    this.files = files;
    this.notifier = notifier;
    this.lease = lease;
    this.scope = scope;
    this.events = events;
    this.ahead = ahead;
    this.position = position;
    this.begin = position;
    this.told = position;
  }

  @Override
  public boolean read() {
    Marks marks = files.marks();
    long now = notifier.counters().written(channel);
    isUnread |= now != writes;
    // What is on its way was asked for before: of later writes it says nothing.
    writes = ahead.isAsked() ? writes : now;
    if (!isUnread && marks.reached(channel) <= position) {
      return false;
    }
    isUnread = true; // until this has succeeded
    if (isFlowing) {
      isFlowing = false;
      scope.sleep(GATHERING, OutputDirectory.failure(files.toString(), ""));
    }
    try {
      OptionalLong segment = marks.segmentOf(channel, position);
      return segment.isPresent() ? read(segment.getAsLong(), marks) : lookAround();
    } catch (DeadlineExceededException e) {
      piece = Math.max(SMALLEST_PIECE, piece / 2);
      throw e;
    }
  }

  private boolean read(long segment, Marks before) {
    Part part = ahead.read(segment, position, piece);
    if (part instanceof Part.Bytes read) {
      deliver(read, segment);
      return true;
    }
    spoilt++;
    OutputDirectory.rejectIfHopeless(spoilt, files.name(channel, segment));
    if (part instanceof Part.Spoilt) {
      return true;
    }
    if (part instanceof Part.Missing) {
      return lookAround();
    }
    long next = before.after(channel, position);
    if (next <= position) {
      spoilt = 0;
      isUnread = false;
      return false;
    }
    if (spoilt > 1) {
      missing(next); // said twice, of a segment that was complete before
    }
    return true;
  }

  private void deliver(Part.Bytes read, long segment) {
    piece = Math.min(PIECE, 2 * piece);
    spoilt = 0;
    position += read.output().size();
    isUnread = segment + read.total() > position;
    askAhead(segment);
    events.accept(read.output());
    isFlowing = !isUnread && read.output().size() >= FLOW && read.output().size() < PIECE;
    tellPassed();
  }

  /** Only for what is known to be there: of this segment, or of the next one. */
  private void askAhead(long segment) {
    boolean isNext = !isUnread && files.marks().reached(channel) > position;
    OptionalLong source =
        isNext ? files.marks().segmentOf(channel, position) : OptionalLong.of(segment);
    if ((isUnread || isNext) && source.isPresent()) {
      writes = notifier.counters().written(channel);
      ahead.ask(source.getAsLong(), position, piece);
    }
  }

  /** Only where that lets a segment be dropped. */
  private void tellPassed() {
    long passed = position - KEPT_BEHIND;
    if (files.marks().segmentAfter(channel, told).orElse(Long.MAX_VALUE) <= passed) {
      told = passed;
      lease.passed(channel, passed);
    }
  }

  /** Only a listing that is made now shows whether bytes that are not there are missing. */
  private boolean lookAround() {
    if (!files.look(scope)) {
      return false;
    }
    Marks marks = files.marks();
    if (marks.segmentOf(channel, position).isPresent()) {
      return true;
    }
    spoilt = 0;
    isUnread = false;
    long next = marks.after(channel, position);
    if (next <= position) {
      return false;
    }
    missing(next);
    return true;
  }

  private void missing(long to) {
    events.accept(gap(OptionalLong.of(to), lease.lossReason(position == begin)));
    position = to;
    isUnread = true;
  }

  private OutputGap gap(OptionalLong to, String reason) {
    return new OutputGap(channel, OptionalLong.of(position), to, reason);
  }

  @Override
  public boolean isRead(int attempt, boolean isSettled) {
    ChannelEnd end = files.marks().end(channel, attempt);
    return end == null ? isSettled || files.marks().tries() == 0 : position >= end.total();
  }

  @Override
  public void finish(int attempt, boolean released) {
    String reason = loss(files.marks(), attempt, released);
    if (reason != null) {
      events.accept(gap(OptionalLong.empty(), reason));
    }
  }

  private @Nullable String loss(Marks marks, int attempt, boolean released) {
    ChannelEnd end = marks.end(channel, attempt);
    if (marks.tries() == 0) {
      return "the sandbox has nothing of it left, or it never began";
    }
    if (end == null) {
      return released
          ? "a child that escaped holds this output open, and nobody waited for its end"
          : "what was written down was removed, or what writes it was killed";
    }
    return end.status() == 0 ? null : "the sandbox could not write it down; is its disk full?";
  }
}
