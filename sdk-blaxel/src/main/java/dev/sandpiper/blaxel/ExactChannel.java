package dev.sandpiper.blaxel;

import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.ExactFiles.Part;
import dev.sandpiper.http.CallScope;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * One output of a process, read from the segments that its wrapper writes, from any byte on. What
 * has vanished before it was read is a gap. For the reading thread.
 */
final class ExactChannel {
  /** As much as an event may hold, and so what a reader holds at once. */
  static final int PIECE = 1 << 20;

  /**
   * How far behind us segments are removed. Less than this is on its way to the one who reads
   * events, whose position somebody else may have to go back to: a buffer of 1 MiB with one event
   * above it, and one in our hands.
   */
  static final long KEPT_BEHIND = 4 << 20;

  /** What a slow connection brings within the time that a read has. */
  private static final int SMALLEST_PIECE = 64 << 10;

  private static final int MOST_SPOILT = 20;

  private final Channel channel;
  private final String id;
  private final ExactFiles files;
  private final ProcessMarks marks;
  private final ExactEvents.Passed passed;
  private final CallScope cancellation;
  private final Consumer<ProcessEvent> events;
  private long position;
  private int spoilt;
  private int piece = PIECE;

  ExactChannel(
      Channel channel,
      String id,
      ExactFiles files,
      ProcessMarks marks,
      ExactEvents.Passed passed,
      CallScope cancellation,
      Consumer<ProcessEvent> events,
      long position) {
    this.channel = channel;
    this.id = id;
    this.files = files;
    this.marks = marks;
    this.passed = passed;
    this.cancellation = cancellation;
    this.events = events;
    this.position = position;
  }

  Channel channel() {
    return channel;
  }

  long position() {
    return position;
  }

  /** Reads on, if there may be more. True if something was learnt. */
  boolean read() {
    if (!marks.takeDirty(channel)) {
      return false;
    }
    try {
      return readSegment();
    } catch (RuntimeException e) {
      piece = e instanceof DeadlineExceededException ? Math.max(SMALLEST_PIECE, piece / 2) : piece;
      marks.setDirty(channel);
      throw e;
    }
  }

  private boolean readSegment() {
    OptionalLong segment = marks.segmentOf(channel, position);
    if (segment.isEmpty()) {
      return lookAround();
    }
    long start = segment.getAsLong();
    Part part =
        files.read(
            ProcessMarks.segment(id, channel, start),
            channel,
            position - start,
            piece,
            cancellation);
    if (part instanceof Part.Bytes read) {
      piece = Math.min(PIECE, 2 * piece);
      spoilt = 0;
      deliver(read, start);
      return true;
    }
    if (part instanceof Part.Missing) {
      marks.drop(channel, start);
      return lookAround();
    }
    if (part instanceof Part.Spoilt) {
      rejectIfHopeless(start);
      marks.setDirty(channel);
      return true;
    }
    spoilt = 0;
    return catchUp(start);
  }

  /** Only a listing tells what is missing: a watch may have told of later segments alone. */
  private boolean lookAround() {
    if (files.show(marks, cancellation)) {
      return skip();
    }
    marks.setDirty(channel);
    return false;
  }

  /** A later segment is there, so that this one is complete: nobody has told of the next. */
  private boolean catchUp(long start) {
    if (marks.segmentAfter(channel, position).isEmpty()) {
      return false;
    }
    boolean isListed = files.show(marks, cancellation);
    if (!isListed || marks.segmentOf(channel, position).orElse(start) == start) {
      return false;
    }
    marks.setDirty(channel);
    return true;
  }

  private void rejectIfHopeless(long start) {
    if (++spoilt > MOST_SPOILT) {
      throw new WireFormatException(
          ExactFiles.failure(
              ProcessMarks.segment(id, channel, start),
              "the sandbox sent something else in place of these bytes, " + spoilt + " times"),
          null);
    }
  }

  private void deliver(Part.Bytes read, long start) {
    position += read.output().size();
    events.accept(read.output());
    boolean hasMore = start + read.total() > position;
    if (hasMore || marks.segmentOf(channel, position).orElse(start) != start) {
      marks.setDirty(channel);
    }
    for (OptionalLong old = marks.takePassed(channel, position - KEPT_BEHIND);
        old.isPresent();
        old = marks.takePassed(channel, position - KEPT_BEHIND)) {
      passed.remove(ProcessMarks.segment(id, channel, old.getAsLong()));
    }
  }

  /** Goes to the next byte that there is, if some are missing before it. */
  private boolean skip() {
    if (marks.segmentOf(channel, position).isPresent()) {
      marks.setDirty(channel);
      return true;
    }
    OptionalLong next = marks.segmentAfter(channel, position);
    if (next.isEmpty()) {
      return false;
    }
    missing(next.getAsLong());
    marks.setDirty(channel);
    return true;
  }

  private void missing(long to) {
    events.accept(
        new OutputGap(
            channel,
            OptionalLong.of(position),
            OptionalLong.of(to),
            "nobody had claimed it, and it was too much to keep in the sandbox"));
    position = to;
  }

  /**
   * Looks for bytes that must be there, because the channel's end has been told. What is not there
   * will not come. True if something was learnt.
   */
  boolean readUpTo(long total) {
    if (isAnything()) {
      return true;
    }
    if (!files.show(marks, cancellation)) {
      return false;
    }
    if (!isAnything()) {
      missing(Math.min(total, marks.segmentAfter(channel, position).orElse(total)));
    }
    return true;
  }

  private boolean isAnything() {
    marks.setDirty(channel);
    return read();
  }
}
