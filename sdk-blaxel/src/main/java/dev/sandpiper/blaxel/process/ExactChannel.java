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
 * One output of a process, read from the segments that its wrapper writes, from any byte on.
 * Segments dropped before they were read become a gap. Used by the reading thread only.
 */
final class ExactChannel implements OutputSource.Reader {
  /** The maximum size of an event. A reader holds one, and one more in flight. */
  static final int PIECE = 1 << 20;

  /**
   * How far behind the read position segments are dropped. It covers what is buffered for the
   * reader of the events, from whose position another reader may resume: a buffer of 1 MiB plus one
   * event, and one more in this class.
   */
  static final long KEPT_BEHIND = 4 << 20;

  /** What a slow connection transfers within the time limit of a read. */
  private static final int SMALLEST_PIECE = 64 << 10;

  /** A read of at least this size shows a command that writes continuously. */
  private static final int FLOW = 64 << 10;

  /** The pause in which more output accumulates, so that continuous output takes fewer requests. */
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
  private long reported; // the first needed byte, as last reported to the writer
  private long writes; // the counter of writes when last read
  private boolean isUnread; // there may be more output, whatever the last listing shows
  private boolean isFlowing; // continuous output, which was read to its end
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
    this.reported = position;
  }

  @Override
  public boolean read() {
    Marks marks = files.marks();
    long now = notifier.counters().written(channel);
    isUnread |= now != writes;
    // A piece in flight was requested earlier and says nothing about later writes.
    writes = ahead.isAsked() ? writes : now;
    if (!isUnread && marks.reached(channel) <= position) {
      return false;
    }
    isUnread = true; // until the read has succeeded
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
      missing(next); // confirmed by two reads of a segment that was already complete
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

  /** Requests the next piece in advance if it is known to exist, in this segment or the next. */
  private void askAhead(long segment) {
    boolean isNext = !isUnread && files.marks().reached(channel) > position;
    OptionalLong source =
        isNext ? files.marks().segmentOf(channel, position) : OptionalLong.of(segment);
    if ((isUnread || isNext) && source.isPresent()) {
      writes = notifier.counters().written(channel);
      ahead.ask(source.getAsLong(), position, piece);
    }
  }

  /** Reports the position to the writer, only when that lets it drop a segment. */
  private void tellPassed() {
    long passed = position - KEPT_BEHIND;
    if (files.marks().segmentAfter(channel, reported).orElse(Long.MAX_VALUE) <= passed) {
      reported = passed;
      lease.passed(channel, passed);
    }
  }

  /** Lists the files: only a new listing shows whether bytes that could not be read are lost. */
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
      return "the files of its output were removed";
    }
    if (end == null) {
      return released
          ? "a child that escaped the stop holds this output open, and its end was not awaited"
          : "the files of its output were removed, or the process that writes them was killed or could"
              + " not start another";
    }
    return end.status() == 0
        ? null
        : "the sandbox could not store it: its disk was full, or the files of its output were changed";
  }
}
