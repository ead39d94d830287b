package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.Time;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Between a pump that fills it and a reader that empties it. Bounded in three ways. Before anybody
 * has claimed the output, the pump waits at the bound for that, once and for no longer than the
 * grace; after the grace the oldest events are dropped, and a gap says so. Once the output is
 * claimed, the pump waits for the reader. When the reader has had enough, everything is discarded.
 *
 * <p>One that is {@link #dropping} has a reader from the beginning, whom nothing but the grace
 * waits for.
 */
public final class EventBuffer extends EventQueue<ProcessEvent> {
  static final int LIMIT = 1 << 20;
  private static final String UNREAD = "nobody read it, and it was too much to keep";

  /** What an event costs beside its bytes, so that many tiny ones are bounded too. */
  private static final int OVERHEAD = 128;

  private final int limit;
  private final String whyDropped;

  // All guarded by the monitor.
  private final Map<Channel, OptionalLong> offsets = new EnumMap<>(Channel.class);
  private final Map<Channel, OutputGap> dropped = new EnumMap<>(Channel.class);
  private boolean claimed;
  private boolean hasReader; // which takes the events without a claim
  private volatile long graceNanos; // what is left of it; zero once it is over

  /**
   * @param begin the offset of the first event in the output
   */
  EventBuffer(ByteOffsets begin, Duration grace, Time time) {
    this(LIMIT, UNREAD, grace, time);
    offsets.put(Channel.STDOUT, OptionalLong.of(begin.stdout()));
    offsets.put(Channel.STDERR, OptionalLong.of(begin.stderr()));
  }

  private EventBuffer(int limit, String whyDropped, Duration grace, Time time) {
    super(time);
    this.limit = limit;
    this.whyDropped = whyDropped;
    this.graceNanos = Durations.nanos(grace);
  }

  /**
   * One that nobody claims: beyond the bound the pump waits for its reader no longer than the
   * grace, all its waits together, and then always drops the oldest. The offsets of its output are
   * not known.
   *
   * @param limit roughly bytes; once more as much may be with the reader
   * @param whyDropped the reason in the gaps
   */
  public static EventBuffer dropping(int limit, String whyDropped, Duration grace, Time time) {
    EventBuffer buffer = new EventBuffer(limit, whyDropped, grace, time);
    buffer.hasReader = true;
    for (Channel channel : Channel.values()) {
      buffer.offsets.put(channel, OptionalLong.empty());
    }
    return buffer;
  }

  /** Adds an event; waits for the reader if there is one, or may come. */
  public void put(ProcessEvent event) throws InterruptedException {
    while (!decide(() -> fits(event))) {
      if (decide(() -> isPatientWith(event))) {
        awaitClaim(event);
      }
      awaitWhile(this::isFull, Long.MAX_VALUE);
    }
  }

  /** Adds an event that nobody has to be waited for. In the monitor. */
  private boolean fits(ProcessEvent event) {
    if (isFull() || isPatientWith(event)) {
      return false;
    }
    keep(event);
    return true;
  }

  /** Adds an event, and never waits. */
  public void add(ProcessEvent event) {
    change(() -> keep(event));
  }

  private void keep(ProcessEvent event) {
    if (!isDiscarded()) {
      append(event);
      dropOldest();
    }
    if (event instanceof Ended) {
      end();
    }
  }

  /** True if it is too much, and somebody may still claim what is there, or take some of it. */
  private boolean isPatientWith(ProcessEvent event) {
    boolean isTooMuch = held + cost(event) > limit && (held > 0 || !hasReader);
    return isUnclaimed() && isTooMuch && graceNanos > 0;
  }

  private void awaitClaim(ProcessEvent event) throws InterruptedException {
    long left = awaitWhile(() -> isPatientWith(event), graceNanos);
    change(() -> graceNanos = Math.min(graceNanos, left)); // it may have been ended meanwhile
  }

  private boolean isUnclaimed() {
    return !claimed && !isDiscarded();
  }

  /** From now on the pump waits for nobody to claim the output. */
  void endGrace() {
    change(() -> graceNanos = 0);
  }

  private void dropOldest() {
    Iterator<ProcessEvent> oldest = events.iterator();
    while (isUnclaimed() && held > limit && oldest.hasNext()) {
      ProcessEvent event = oldest.next();
      if (event instanceof Output output) {
        OptionalLong from = passed(output);
        noteDropped(output.channel(), from, whyDropped);
      } else if (event instanceof OutputGap gap) {
        passed(gap);
        noteDropped(gap.channel(), gap.from(), gap.reason());
      } else {
        continue;
      }
      oldest.remove();
      held -= cost(event);
    }
  }

  /** What is missing of a channel now reaches up to the channel's offset. */
  private void noteDropped(Channel channel, OptionalLong from, String reason) {
    OutputGap before = dropped.get(channel);
    OptionalLong begin = before == null ? from : before.from();
    dropped.put(channel, new OutputGap(channel, begin, offset(channel), reason));
  }

  /** Moves behind this output, and returns the offset at which it begins, if that is known. */
  private OptionalLong passed(Output output) {
    OptionalLong from = offset(output.channel());
    if (from.isPresent()) {
      offsets.put(output.channel(), OptionalLong.of(from.getAsLong() + output.size()));
    }
    return from;
  }

  private void passed(OutputGap gap) {
    offsets.put(gap.channel(), gap.to());
  }

  private OptionalLong offset(Channel channel) {
    return offsets.getOrDefault(channel, OptionalLong.of(0));
  }

  /** Makes the caller the one reader. False if there is, or was, one. */
  boolean claim() {
    return decide(
        () -> {
          boolean isFirst = isUnclaimed();
          claimed = true;
          return isFirst;
        });
  }

  /** From now on nobody is waited for, until somebody claims it again. */
  void unclaim() {
    change(() -> claimed = false);
  }

  /** True if there is as much as is held, and its reader has to come first. */
  boolean isFull() {
    return decide(() -> claimed && !isDiscarded() && held >= limit);
  }

  @Override
  protected void clear() {
    super.clear();
    dropped.clear();
  }

  @Override
  protected boolean isEmpty() {
    return super.isEmpty() && dropped.isEmpty();
  }

  @Override
  protected ProcessEvent removeFirst() {
    Iterator<OutputGap> gaps = dropped.values().iterator();
    if (gaps.hasNext()) {
      OutputGap gap = gaps.next();
      gaps.remove();
      return gap;
    }
    ProcessEvent event = super.removeFirst();
    if (event instanceof Output output) {
      passed(output);
    } else if (event instanceof OutputGap gap) {
      passed(gap);
    }
    return event;
  }

  /** The end is never waited for, and never dropped. */
  @Override
  protected long cost(ProcessEvent event) {
    int bytes = event instanceof Output output ? output.size() : 0;
    return event instanceof Ended ? 0 : OVERHEAD + bytes;
  }
}
