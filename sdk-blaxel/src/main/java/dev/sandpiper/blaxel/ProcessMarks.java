package dev.sandpiper.blaxel;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.ByteOffsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the names of one process's files tell, whoever has seen them: a watch, which may lose and
 * double names, or a listing, which is complete. Safe for use by many threads.
 */
final class ProcessMarks {
  /** Far above what a wrapper leaves; who makes more wants to fill our memory. */
  private static final int MOST_SEGMENTS = 100_000;

  private static final int TRIES_KEPT = 4;

  /** How one channel ended in one try. */
  record ChannelEnd(long total, int status) {}

  private final String id;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All guarded by lock.
  private final Map<Channel, NavigableSet<Long>> segments = new EnumMap<>(Channel.class);
  private final Map<Channel, NavigableMap<Integer, ChannelEnd>> ends = new EnumMap<>(Channel.class);
  private final Map<Channel, Long> extents = new EnumMap<>(Channel.class);
  private final Map<Channel, Boolean> dirty = new EnumMap<>(Channel.class);
  private final NavigableMap<Integer, Integer> exits = new TreeMap<>();
  private int tries;
  private @Nullable String leader;
  private final Set<Mark.Input> input = EnumSet.noneOf(Mark.Input.class);
  private long inputSent;
  private long inputTaken;
  private boolean anything;
  private long news;
  private long growth; // what the files have told, without what only wakes

  ProcessMarks(String id) {
    this.id = id;
    for (Channel channel : new Channel[] {Channel.STDOUT, Channel.STDERR}) {
      segments.put(channel, new TreeSet<>());
      ends.put(channel, new TreeMap<>());
      dirty.put(channel, false);
    }
  }

  static String segment(String id, Channel channel, long offset) {
    return id + (channel == Channel.STDERR ? ".e." : ".o.") + offset;
  }

  /** What a watch has seen happen to a file. */
  enum Change {
    /** It is there, and empty: what is written to it is told as that. */
    MADE,
    WRITTEN,
    REMOVED
  }

  /** Something happened to the file of this name. */
  void note(String name, Change change) {
    if (!name.startsWith(id + ".")) {
      return;
    }
    lock.lock();
    try {
      if (change != Change.REMOVED) {
        learn(name.substring(id.length() + 1), change == Change.MADE ? 0 : -1);
      }
      told();
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a listing shows. True if that is news.
   *
   * @param files all names in the directory, and how long the files are
   */
  boolean see(Map<String, Long> files) {
    lock.lock();
    try {
      long before = news;
      Map<Channel, NavigableSet<Long>> told = new EnumMap<>(segments);
      segments.replaceAll((channel, known) -> new TreeSet<>());
      files.forEach(
          (name, size) -> {
            if (name.startsWith(id + ".")) {
              anything = true;
              learn(name.substring(id.length() + 1), size);
            }
          });
      told.forEach(this::keepNewer);
      return news != before;
    } finally {
      lock.unlock();
    }
  }

  /** An event may have told of a segment after the listing was made. */
  private void keepNewer(Channel channel, NavigableSet<Long> told) {
    NavigableSet<Long> listed = segments(channel);
    listed.addAll(listed.isEmpty() ? told : told.tailSet(listed.last(), false));
  }

  /**
   * @param size negative if it is not known, but may be another than before
   */
  private void learn(String mark, long size) {
    Mark told = Mark.parse(mark);
    if (told instanceof Mark.Segment segment) {
      segment(segment.channel(), segment.offset(), size);
    } else if (told instanceof Mark.End end) {
      isNew(ends(end.channel()), end.attempt(), new ChannelEnd(end.total(), end.status()));
    } else if (told instanceof Mark.Exit exit) {
      tried(exit.attempt());
      isNew(exits, exit.attempt(), exit.code());
    } else if (told instanceof Mark.Begin begin) {
      begun(begin.attempt(), begin.pid());
    } else if (told != null) {
      learnInput(told);
    }
  }

  private NavigableSet<Long> segments(Channel channel) {
    return requireNonNull(segments.get(channel));
  }

  private NavigableMap<Integer, ChannelEnd> ends(Channel channel) {
    return requireNonNull(ends.get(channel));
  }

  /** Keeps what the last tries told. True of what was not known. */
  private <V> boolean isNew(NavigableMap<Integer, V> known, int attempt, V value) {
    V before = known.put(attempt, value);
    while (known.size() > TRIES_KEPT) {
      known.pollFirstEntry();
    }
    if (value.equals(before)) {
      return false;
    }
    told();
    return true;
  }

  private void segment(Channel channel, long offset, long size) {
    NavigableSet<Long> known = segments(channel);
    known.add(offset);
    if (known.size() > MOST_SEGMENTS) {
      throw new WireFormatException(
          ExactFiles.failure(id, "more than " + MOST_SEGMENTS + " pieces of one output"), null);
    }
    long before = extent(channel);
    if (size < 0) {
      dirty.put(channel, true);
    } else if (offset + size > before) {
      extents.put(channel, offset + size);
      dirty.put(channel, true);
      told();
    }
  }

  private long extent(Channel channel) {
    Long known = extents.get(channel);
    return known == null ? 0 : known;
  }

  private void begun(int attempt, String pid) {
    tried(attempt);
    if (attempt == tries && leader == null) {
      leader = pid;
      told();
    }
  }

  /** An exit tells that it has begun: a watch may have come too late for the mark of that. */
  private void tried(int attempt) {
    if (attempt > tries) {
      tries = attempt;
      leader = null;
      told();
    }
  }

  private void learnInput(Mark told) {
    if (told instanceof Mark.Taken taken) {
      inputSent = Math.max(inputSent, taken.to());
      if (taken.to() > inputTaken) {
        inputTaken = taken.to();
        told();
      }
    } else if (told instanceof Mark.Piece piece) {
      inputSent = Math.max(inputSent, piece.to());
    } else if (told instanceof Mark.Input state && input.add(state)) {
      told();
    }
  }

  private <T extends @Nullable Object> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  private void told() {
    growth++;
    wakeAll();
  }

  private void wakeAll() {
    news++;
    changed.signalAll();
  }

  /** Has whoever waits look again. */
  void wake() {
    lock.lock();
    try {
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  /** Has everything be looked at again, because news may have been missed. */
  void distrust() {
    lock.lock();
    try {
      dirty.replaceAll((channel, before) -> true);
      wakeAll();
    } finally {
      lock.unlock();
    }
  }

  /** Changes whenever the process's files do. */
  long growth() {
    return locked(() -> growth);
  }

  /** Goes up with all that is told, and whenever it is time to look again. */
  long news() {
    return locked(() -> news);
  }

  /** Waits until there is more than {@code seen}, at most so long. True if there is. */
  boolean awaitNews(long seen, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (news == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
      return news != seen;
    } finally {
      lock.unlock();
    }
  }

  /** True, once, if a channel may have more than was read. */
  boolean takeDirty(Channel channel) {
    return locked(() -> Boolean.TRUE.equals(dirty.put(channel, false)));
  }

  void setDirty(Channel channel) {
    lock.lock();
    try {
      dirty.put(channel, true);
    } finally {
      lock.unlock();
    }
  }

  /** The segment that holds this byte, or will; empty if all begin behind it. */
  OptionalLong segmentOf(Channel channel, long position) {
    return some(channel, known -> known.floor(position));
  }

  /** The first segment behind this byte. */
  OptionalLong segmentAfter(Channel channel, long position) {
    return some(channel, known -> known.higher(position));
  }

  private OptionalLong some(Channel channel, Function<NavigableSet<Long>, @Nullable Long> choice) {
    lock.lock();
    try {
      Long found = choice.apply(segments(channel));
      return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    } finally {
      lock.unlock();
    }
  }

  /** There is no such segment any more. */
  void drop(Channel channel, long offset) {
    lock.lock();
    try {
      segments(channel).remove(offset);
    } finally {
      lock.unlock();
    }
  }

  /** The first segment that is kept; empty if there is none. */
  OptionalLong oldest(Channel channel) {
    return segmentAfter(channel, -1);
  }

  /** Takes the first segment if it is complete and ends at or before {@code position}. */
  OptionalLong takePassed(Channel channel, long position) {
    lock.lock();
    try {
      NavigableSet<Long> known = segments(channel);
      if (known.size() < 2) {
        return OptionalLong.empty();
      }
      Long next = known.higher(known.first());
      if (next == null || next > position) {
        return OptionalLong.empty();
      }
      return OptionalLong.of(requireNonNull(known.pollFirst()));
    } finally {
      lock.unlock();
    }
  }

  /** How a channel ended in this try; null while it has not. */
  @Nullable ChannelEnd end(Channel channel, int attempt) {
    return locked(() -> ends(channel).get(attempt));
  }

  /** The code with which this try exited; empty while it has not. */
  OptionalInt exit(int attempt) {
    lock.lock();
    try {
      Integer code = exits.get(attempt);
      return code == null ? OptionalInt.empty() : OptionalInt.of(code);
    } finally {
      lock.unlock();
    }
  }

  /** How often the command was begun; 0 while it is not. */
  int tries() {
    return locked(() -> tries);
  }

  /** The number of the last try's group; null while nobody has seen it. */
  @Nullable String leader() {
    return locked(() -> leader);
  }

  /** True if a listing has ever shown a file of it. */
  boolean isThere() {
    return locked(() -> anything);
  }

  /**
   * Refuses a place that no output has reached, as far as the last listing shows.
   *
   * @throws InvalidRequestException if that is so
   */
  void requireReached(ProcessRef ref, ByteOffsets position) {
    requireReached(ref, Channel.STDOUT, position.stdout());
    requireReached(ref, Channel.STDERR, position.stderr());
  }

  private void requireReached(ProcessRef ref, Channel channel, long position) {
    long reached = locked(() -> reached(channel));
    if (isThere() && position > reached) {
      throw new InvalidRequestException(
          Failure.of(
              "attach",
              ref.toString(),
              "the position is at byte "
                  + position
                  + " of "
                  + channel
                  + ", which has "
                  + reached
                  + "; is it another process's?"));
    }
  }

  private long reached(Channel channel) {
    long told = ends(channel).values().stream().mapToLong(ChannelEnd::total).max().orElse(0);
    NavigableSet<Long> known = segments(channel);
    return Math.max(Math.max(told, extent(channel)), known.isEmpty() ? 0 : known.last());
  }

  /** True if this was told of its input. */
  boolean has(Mark.Input state) {
    return locked(() -> input.contains(state));
  }

  /** How much input the command's pipe has taken. */
  long inputTaken() {
    return locked(() -> inputTaken);
  }

  /** How much input there ever was, as far as is known. */
  long inputSent() {
    return locked(() -> inputSent);
  }
}
