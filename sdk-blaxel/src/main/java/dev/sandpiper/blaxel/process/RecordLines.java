package dev.sandpiper.blaxel.process;

import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.ProcessEvent.Output;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okio.Buffer;
import okio.ByteString;

/**
 * The lines that a wrapper writes into the server's record of it: the encoded beginnings of both
 * outputs, and the marks that are otherwise names of files. The log may have lost any of them, so
 * only consecutive lines are used, and an end mark only if its total matches. Immutable.
 *
 * <pre>
 * o NUMBER BASE64  e NUMBER BASE64    some bytes of stdout, of stderr; numbered from 1
 * o.OFFSET  e.OFFSET                  from here on it is in files
 * MARK                                as in {@link Marks}
 * </pre>
 */
public final class RecordLines {
  static final RecordLines NONE = of("");

  private static final Pattern BYTES =
      Pattern.compile("([oe]) (\\d{1,6}) ([A-Za-z0-9+/]{2,}={0,2})");
  private static final Pattern MARK = Pattern.compile("[oeOExp](\\.\\d{1,18}){1,3}");

  private final Map<Channel, Buffer> beginnings = new EnumMap<>(Channel.class);
  private final Map<Channel, Integer> taken = new EnumMap<>(Channel.class);
  private final Map<String, Long> marks = new HashMap<>();
  private boolean goesOnInFiles;

  private RecordLines() {}

  /** Parses the standard output in a record. A line is complete once the next begins. */
  public static RecordLines of(String stdout) {
    RecordLines lines = new RecordLines();
    int begin = 0;
    for (int end; (end = stdout.indexOf('\n', begin)) >= 0; begin = end + 1) {
      lines.take(stdout.substring(begin, end));
    }
    lines.addBeginning(Channel.STDOUT, "o.0", "O.1.");
    lines.addBeginning(Channel.STDERR, "e.0", "E.1.");
    return lines;
  }

  private void take(String line) {
    Matcher bytes = BYTES.matcher(line);
    if (bytes.matches()) {
      Channel channel = bytes.group(1).equals("o") ? Channel.STDOUT : Channel.STDERR;
      take(channel, Integer.parseInt(bytes.group(2)), bytes.group(3));
    } else if (MARK.matcher(line).matches()) {
      marks.put(line, 0L);
      goesOnInFiles |= line.startsWith("o.") || line.startsWith("e.");
    }
  }

  private void take(Channel channel, int number, String text) {
    ByteString bytes = ByteString.decodeBase64(text);
    if (bytes != null && number == taken.getOrDefault(channel, 0) + 1) {
      taken.put(channel, number);
      beginnings.computeIfAbsent(channel, key -> new Buffer()).write(bytes);
    }
  }

  private void addBeginning(Channel channel, String segment, String end) {
    long held = held(channel);
    marks.keySet().removeIf(mark -> mark.startsWith(end) && total(mark) < held);
    if (held > 0) {
      marks.put(segment, held);
    }
  }

  private static long total(String end) {
    return Long.parseLong(end.split("\\.", -1)[2]);
  }

  /** The number of bytes that it contains of the beginning of this output. */
  public long held(Channel channel) {
    Buffer beginning = beginnings.get(channel);
    return beginning == null ? 0 : beginning.size();
  }

  /**
   * The bytes that it contains of this output from a position on, which is at most {@link #held}.
   */
  public Output from(Channel channel, long position) {
    Buffer beginning = beginnings.getOrDefault(channel, new Buffer());
    byte[] bytes = beginning.snapshot().substring((int) position).toByteArray();
    return Output.of(channel, bytes);
  }

  /** The marks, with the beginnings as segments. */
  public Map<String, Long> marks() {
    return marks;
  }

  /** True once the output has exceeded the part that fits a record. */
  boolean goesOnInFiles() {
    return goesOnInFiles;
  }
}
