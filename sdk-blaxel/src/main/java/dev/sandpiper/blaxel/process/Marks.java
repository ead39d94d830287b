package dev.sandpiper.blaxel.process;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessRef;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.ByteOffsets;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a process, taken from the names of its files, or from the lines of its record that
 * stand for files. The information is in the names, after the process's id and a dot; only output
 * files are read. Immutable; equal to a later snapshot without news.
 *
 * <pre>
 * p.TRY.PID.BIRTH    the command's group, before the command begins; birth as /proc has it
 * o.OFFSET  e.OFFSET    a segment of stdout, of stderr, and where its first byte stands
 * O.TRY.TOTAL.STATUS  E.TRY.TOTAL.STATUS    a channel's end; not 0: it could not be written
 * x.TRY.CODE         the exit, before the channels' ends or after them; above 256: the signal
 * c                  the lease of a reader, see {@link Lease}
 * n                  its input is open: a pipe that wakes the feeder
 * i.FROM.TO.COPY     a piece of input; t.TO it is taken; z.TOTAL the end of the input
 * I                  it reads no more
 * J                  its input could not be passed to it
 * w  s               the text, the script of a command that is too long to be given to a shell
 * 0  1.TRY  2.TRY    pipes that are gone before the command begins, where pipes need names
 * </pre>
 */
public final class Marks {
  /** Far more than a wrapper creates; bounds memory. */
  private static final int MOST_FILES = 100_000;

  /** At most as many digits as fit a long. */
  private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");

  /** The snapshot of a process without files. */
  static final Marks NONE = of("", Map.of());

  /** The end of one channel in one attempt. */
  record ChannelEnd(long total, int status) {}

  /** States of the input that have no number. */
  enum Input {
    OPEN,
    CLOSED,
    BROKEN,
    ENDED
  }

  private final Map<String, Long> files;

  // All derived from the names and sizes above.
  private final Map<Channel, NavigableMap<Long, Long>> segments = new EnumMap<>(Channel.class);
  private final Map<Channel, Map<Integer, ChannelEnd>> ends = new EnumMap<>(Channel.class);
  private final Map<Integer, Integer> exits = new HashMap<>();
  private final Map<Integer, String> leaders = new HashMap<>();
  private final Set<Input> input = new HashSet<>();
  private int tries;
  private long inputSent;
  private long inputTaken;

  private Marks(Map<String, Long> files) {
    this.files = files;
    for (Channel channel : Channel.values()) {
      segments.put(channel, new TreeMap<>());
      ends.put(channel, new HashMap<>());
    }
    files.forEach(this::read);
  }

  /**
   * Reads a listing.
   *
   * @param listing all names in the directory, with the sizes of the files
   * @throws WireFormatException if there are more than any wrapper creates
   */
  public static Marks of(String id, Map<String, Long> listing) {
    String prefix = id + ".";
    Map<String, Long> files = new HashMap<>();
    listing.forEach(
        (name, size) -> {
          if (name.startsWith(prefix)) {
            files.put(name.substring(prefix.length()), size);
          }
        });
    files.remove("c"); // which says nothing of the process
    if (files.size() > MOST_FILES) {
      throw new WireFormatException(
          Failure.of("follow", id, "it has more than " + MOST_FILES + " files"), null);
    }
    return new Marks(Collections.unmodifiableMap(files));
  }

  static String segment(String id, Channel channel, long offset) {
    return id + (channel == Channel.STDERR ? ".e." : ".o.") + offset;
  }

  static boolean isSegment(String mark) {
    return mark.startsWith("o.") || mark.startsWith("e.");
  }

  /** Reads one mark; unknown ones are ignored. */
  private void read(String mark, long size) {
    long[] numbers = numbers(mark);
    if (numbers == null) {
      return;
    }
    String kind = mark.substring(0, 1);
    Channel channel = kind.equalsIgnoreCase("e") ? Channel.STDERR : Channel.STDOUT;
    switch (kind + numbers.length) {
      case "o1", "e1" -> segments(channel).put(numbers[0], size);
      case "O3", "E3" ->
          ends(channel).put(small(numbers[0]), new ChannelEnd(numbers[1], small(numbers[2])));
      case "x2" -> {
        // An exit implies the beginning, whose mark may have been removed.
        tries = Math.max(tries, small(numbers[0]));
        exits.put(small(numbers[0]), small(numbers[1]));
      }
      case "p3" -> {
        tries = Math.max(tries, small(numbers[0]));
        leaders.put(small(numbers[0]), Long.toString(numbers[1]));
      }
      case "t1" -> {
        inputTaken = Math.max(inputTaken, numbers[0]);
        inputSent = Math.max(inputSent, numbers[0]);
      }
      case "i3" -> inputSent = Math.max(inputSent, numbers[1]);
      case "n0" -> input.add(Input.OPEN);
      case "z1" -> input.add(Input.ENDED);
      case "I0" -> input.add(Input.CLOSED);
      case "J0" -> input.add(Input.BROKEN);
      default -> {}
    }
  }

  /** The numbers after a mark's letter; null if something else follows it. */
  private static long @Nullable [] numbers(String mark) {
    String[] parts = mark.split("\\.", -1);
    if (parts[0].length() != 1) {
      return null;
    }
    long[] numbers = new long[parts.length - 1];
    for (int i = 0; i < numbers.length; i++) {
      if (!NUMBER.matcher(parts[i + 1]).matches()) {
        return null;
      }
      numbers[i] = Long.parseLong(parts[i + 1]);
    }
    return numbers;
  }

  private static int small(long number) {
    return (int) Math.min(Integer.MAX_VALUE, number);
  }

  private NavigableMap<Long, Long> segments(Channel channel) {
    return requireNonNull(segments.get(channel));
  }

  private Map<Integer, ChannelEnd> ends(Channel channel) {
    return requireNonNull(ends.get(channel));
  }

  /** True if the process has any file. */
  boolean isThere() {
    return !files.isEmpty();
  }

  /** How often the command was begun; 0 if not yet. */
  public int tries() {
    return tries;
  }

  /** The process group of the last attempt; null while unknown. */
  @Nullable String leader() {
    return leaders.get(tries);
  }

  /** The exit code of this attempt; empty until it has exited. */
  OptionalInt exit(int attempt) {
    Integer code = exits.get(attempt);
    return code == null ? OptionalInt.empty() : OptionalInt.of(code);
  }

  /** The end of a channel in this attempt; null until it has ended. */
  @Nullable ChannelEnd end(Channel channel, int attempt) {
    return ends(channel).get(attempt);
  }

  /** True if both channels have ended in this attempt. */
  boolean isClosed(int attempt) {
    return end(Channel.STDOUT, attempt) != null && end(Channel.STDERR, attempt) != null;
  }

  /** True if the last attempt has exited, or one of its channels has ended. */
  boolean hasEnded() {
    return exit(tries).isPresent()
        || end(Channel.STDOUT, tries) != null
        || end(Channel.STDERR, tries) != null;
  }

  /** The segment that contains this byte, or will; empty if all begin after it. */
  OptionalLong segmentOf(Channel channel, long position) {
    return some(segments(channel).floorKey(position));
  }

  /** The first segment after this byte. */
  OptionalLong segmentAfter(Channel channel, long position) {
    return some(segments(channel).higherKey(position));
  }

  private static OptionalLong some(@Nullable Long found) {
    return found == null ? OptionalLong.empty() : OptionalLong.of(found);
  }

  /** Where the output continues after this byte according to later marks, or where it ends. */
  long after(Channel channel, long position) {
    return segmentAfter(channel, position).orElse(total(channel));
  }

  private long total(Channel channel) {
    return ends(channel).values().stream().mapToLong(ChannelEnd::total).max().orElse(0);
  }

  /** How many bytes of this output are known to have been written. */
  public long reached(Channel channel) {
    Map.Entry<Long, Long> last = segments(channel).lastEntry();
    return Math.max(total(channel), last == null ? 0 : last.getKey() + last.getValue());
  }

  /**
   * Checks that the output has reached a position.
   *
   * @throws InvalidRequestException if it has not
   */
  void requireReached(ProcessRef ref, ByteOffsets position) {
    requireReached(ref, Channel.STDOUT, position.stdout());
    requireReached(ref, Channel.STDERR, position.stderr());
  }

  private void requireReached(ProcessRef ref, Channel channel, long position) {
    long reached = reached(channel);
    if (isThere() && position > reached) {
      String place = "the position is at byte " + position + " of " + channel;
      throw new InvalidRequestException(
          Failure.of(
              "attach",
              ref.toString(),
              place + ", which has " + reached + "; check that it belongs to this process"));
    }
  }

  /** True if the input is in this state. */
  boolean has(Input state) {
    return input.contains(state);
  }

  /** How many bytes of input were written to the command's pipe. */
  public long inputTaken() {
    return inputTaken;
  }

  /** How many bytes of input are known to have been sent. */
  public long inputSent() {
    return inputSent;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Marks marks && marks.files.equals(files);
  }

  @Override
  public int hashCode() {
    return files.hashCode();
  }
}
