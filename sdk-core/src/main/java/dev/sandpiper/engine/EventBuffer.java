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
 * The bounded buffer between a pump and a reader. What happens at the bound depends on the state:
 *
 * <ul>
 *   <li>Unclaimed: the pump waits for a reader to claim the output, for the grace in total. After
 *       that the oldest events are dropped, and an {@code OutputGap} takes their place.
 *   <li>Claimed: the pump waits for the reader.
 *   <li>Discarded, once the reader has closed its stream: every event is dropped, and the pump
 *       never waits.
 * </ul>
 *
 * <p>A {@link #dropping} buffer has a reader from the beginning, but stays in the first state.
 */
public final class EventBuffer extends EventQueue<ProcessEvent> {
  static final int LIMIT = 1 << 20;
  private static final String UNREAD = "it was not read, and exceeded the buffer";

  /** The cost of an event besides its bytes, so that many tiny events are bounded too. */
  private static final int OVERHEAD = 128;

  private final int limit;
  private final String whyDropped;

  // All guarded by the monitor.
  private final Map<Channel, OptionalLong> offsets = new EnumMap<>(Channel.class); // empty: unknown
  private final Map<Channel, OutputGap> dropped = new EnumMap<>(Channel.class); // not yet delivered
  private boolean claimed;
  private boolean hasReader; // a reader that takes events without a claim
  private volatile long graceNanos; // the remaining grace; zero once it is used up or ended

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
   * A buffer that is never claimed: at the bound the pump waits for its reader, for the grace in
   * total over all waits, and after that drops the oldest events. The offsets of its output are
   * unknown.
   *
   * @param limit in bytes, approximately; the reader may hold as many again
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

  /**
   * Adds an event. Waits for the reader, or for one to claim the output, as the class comment says.
   */
  public void put(ProcessEvent event) throws InterruptedException {
    while (!decide(() -> fits(event))) {
      if (decide(() -> isPatientWith(event))) {
        awaitClaim(event);
      }
      awaitWhile(this::isFull, Long.MAX_VALUE);
    }
  }

  /** Adds the event if there is no reason to wait. Called in the monitor. */
  private boolean fits(ProcessEvent event) {
    if (isFull() || isPatientWith(event)) {
      return false;
    }
    keep(event);
    return true;
  }

  /** Adds an event without waiting. */
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

  /**
   * True if the event exceeds the bound and the grace for a claim, or for the reader, is not used
   * up.
   */
  private boolean isPatientWith(ProcessEvent event) {
    boolean isTooMuch = held + cost(event) > limit && (held > 0 || !hasReader);
    return isUnclaimed() && isTooMuch && graceNanos > 0;
  }

  private void awaitClaim(ProcessEvent event) throws InterruptedException {
    long left = awaitWhile(() -> isPatientWith(event), graceNanos);
    change(() -> graceNanos = Math.min(graceNanos, left)); // endGrace may have run meanwhile
  }

  private boolean isUnclaimed() {
    return !claimed && !isDiscarded();
  }

  /** From now on the pump does not wait for a claim. */
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

  /** Extends the channel's pending gap up to its current offset. */
  private void noteDropped(Channel channel, OptionalLong from, String reason) {
    OutputGap before = dropped.get(channel);
    OptionalLong begin = before == null ? from : before.from();
    dropped.put(channel, new OutputGap(channel, begin, offset(channel), reason));
  }

  /** Advances the offset past this output. Returns the offset at which it begins, if known. */
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

  /** Claims the output for the caller. False if it was claimed before. */
  boolean claim() {
    return decide(
        () -> {
          boolean isFirst = isUnclaimed();
          claimed = true;
          return isFirst;
        });
  }

  /** Returns to the unclaimed state: the pump does not wait for the reader until the next claim. */
  void unclaim() {
    change(() -> claimed = false);
  }

  /** True if the bound is reached and the pump has to wait for the reader. */
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

  /** The end costs nothing, so it never waits and is never dropped. */
  @Override
  protected long cost(ProcessEvent event) {
    int bytes = event instanceof Output output ? output.size() : 0;
    return event instanceof Ended ? 0 : OVERHEAD + bytes;
  }
}
