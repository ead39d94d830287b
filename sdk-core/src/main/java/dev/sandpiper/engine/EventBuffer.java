package dev.sandpiper.engine;

import dev.sandpiper.ProcessEvent;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Ended;
import dev.sandpiper.ProcessEvent.Output;
import dev.sandpiper.ProcessEvent.OutputGap;
import dev.sandpiper.http.Durations;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Between a pump that fills it and a reader that empties it. Bounded in three ways. Before anybody
 * has claimed the output, the pump waits at the bound for that, once and for no longer than the
 * grace; after the grace the oldest events are dropped, and a gap says so. Once the output is
 * claimed, the pump waits for the reader. When the reader has had enough, everything is discarded.
 */
public final class EventBuffer {
  static final int LIMIT = 1 << 20;
  private static final String UNREAD = "nobody read it, and it was too much to keep";

  /** What an event costs beside its bytes, so that many tiny ones are bounded too. */
  private static final int OVERHEAD = 128;

  private enum Mode {
    UNCLAIMED,
    CLAIMED,
    DISCARDING
  }

  private final int limit;
  private final String whyDropped;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final Deque<ProcessEvent> events = new ArrayDeque<>();
  private final Map<Channel, OptionalLong> offsets = new EnumMap<>(Channel.class);
  private final Map<Channel, OutputGap> dropped = new EnumMap<>(Channel.class);
  private Mode mode = Mode.UNCLAIMED;
  private long held;
  private long graceNanos; // what is left of it; zero once it is over
  private boolean ended;
  private boolean woken; // and no take has come back because of it yet
  private @Nullable RuntimeException failure;

  /**
   * @param begin where the first event stands in the output
   */
  EventBuffer(ByteOffsets begin, Duration grace) {
    this(LIMIT, UNREAD, grace);
    offsets.put(Channel.STDOUT, OptionalLong.of(begin.stdout()));
    offsets.put(Channel.STDERR, OptionalLong.of(begin.stderr()));
  }

  private EventBuffer(int limit, String whyDropped, Duration grace) {
    this.limit = limit;
    this.whyDropped = whyDropped;
    this.graceNanos = Durations.nanos(grace);
  }

  /**
   * One for a pump that never waits: beyond the bound it always drops the oldest. The offsets of
   * its output are not known.
   *
   * @param limit roughly bytes
   * @param whyDropped the reason in the gaps
   */
  public static EventBuffer dropping(int limit, String whyDropped) {
    EventBuffer buffer = new EventBuffer(limit, whyDropped, Duration.ZERO);
    for (Channel channel : Channel.values()) {
      buffer.offsets.put(channel, OptionalLong.empty());
    }
    return buffer;
  }

  /** Adds an event; waits for the reader if there is one, or may come. */
  void put(ProcessEvent event) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      awaitClaim(cost(event));
      while (mode == Mode.CLAIMED && held >= limit) {
        changed.await();
      }
      add(event);
    } finally {
      lock.unlock();
    }
  }

  /** Adds an event, and never waits. */
  public void add(ProcessEvent event) {
    lock.lock();
    try {
      if (mode != Mode.DISCARDING) {
        events.add(event);
        held += cost(event);
        dropOldest();
      }
      ended = event instanceof Ended;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void awaitClaim(int cost) throws InterruptedException {
    while (mode == Mode.UNCLAIMED && held + cost > limit && graceNanos > 0) {
      long left = changed.awaitNanos(graceNanos);
      graceNanos = Math.min(graceNanos, left); // it may have been ended meanwhile
    }
  }

  /** From now on the pump waits for nobody to claim the output. */
  void endGrace() {
    lock.lock();
    try {
      graceNanos = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void dropOldest() {
    Iterator<ProcessEvent> oldest = events.iterator();
    while (mode == Mode.UNCLAIMED && held > limit && oldest.hasNext()) {
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

  /** What is missing of a channel now reaches up to where the channel stands. */
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

  /** No further events will come, because of {@code cause}. */
  public void fail(RuntimeException cause) {
    lock.lock();
    try {
      if (!ended && failure == null) {
        failure = cause;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Makes the caller the one reader. False if there is, or was, one. */
  boolean claim() {
    lock.lock();
    try {
      if (mode != Mode.UNCLAIMED) {
        return false;
      }
      mode = Mode.CLAIMED;
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Like {@link #discard}, and who has not read to the end gets {@code cause}. */
  public void abandon(RuntimeException cause) {
    lock.lock();
    try {
      if (!ended || !isEmpty()) {
        failure = cause;
      }
      discard();
    } finally {
      lock.unlock();
    }
  }

  /** From now on everything is thrown away, and the pump waits for nobody. */
  void discard() {
    lock.lock();
    try {
      mode = Mode.DISCARDING;
      events.clear();
      dropped.clear();
      held = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next event, waiting for it at most {@code nanos}. Null after the last one, and once
   * everything is thrown away. Throws what the pump failed with.
   *
   * @throws TimeoutException if none came in time, or before a {@link #wake}
   */
  public @Nullable ProcessEvent take(long nanos) throws TimeoutException, InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (isEmpty() && !isOver() && !woken && left > 0) {
        left = changed.awaitNanos(left);
      }
      woken = false;
      if (!isEmpty()) {
        return removeFirst();
      }
      if (failure != null) {
        throw failure;
      }
      if (!isOver()) {
        throw new TimeoutException("no event came in time");
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Frees the thread that waits for an event; if there is none, the next to come. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private ProcessEvent removeFirst() {
    Iterator<OutputGap> gaps = dropped.values().iterator();
    if (gaps.hasNext()) {
      OutputGap gap = gaps.next();
      gaps.remove();
      return gap;
    }
    ProcessEvent event = events.remove();
    held -= cost(event);
    if (event instanceof Output output) {
      passed(output);
    } else if (event instanceof OutputGap gap) {
      passed(gap);
    }
    changed.signalAll();
    return event;
  }

  /** True if there is something to take. If there is nothing, throws what the pump failed with. */
  public boolean hasNext() {
    lock.lock();
    try {
      if (isEmpty() && failure != null) {
        throw failure;
      }
      return !isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** True if there is nothing to take at the moment. */
  boolean hasNothing() {
    lock.lock();
    try {
      return isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isEmpty() {
    return events.isEmpty() && dropped.isEmpty();
  }

  private boolean isOver() {
    return ended || failure != null || mode == Mode.DISCARDING;
  }

  /** The end is never waited for, and never dropped. */
  private static int cost(ProcessEvent event) {
    int bytes = event instanceof Output output ? output.size() : 0;
    return event instanceof Ended ? 0 : OVERHEAD + bytes;
  }
}
