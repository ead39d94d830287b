package dev.sandpiper.blaxel.process;

import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.blaxel.process.OutputDirectory.Part;
import dev.sandpiper.http.CallScope;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files of one process, as the last look shows them; of a short command what its record holds,
 * and files only once that tells of them. Safe for use by many threads.
 */
final class ProcessFiles {
  /** What a look has shown that was the {@code number}th to be made. */
  private record Look(
      long number, Marks marks, @Nullable ProcessRecord record, RecordLines lines) {}

  private final String id;
  private final OutputDirectory files;
  private final @Nullable Function<CallScope, ProcessRecord> records;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicReference<@Nullable ProcessRecord> expected = new AtomicReference<>();
  private volatile Look last = new Look(0, Marks.NONE, null, RecordLines.NONE);

  /** Of a command that writes files only. */
  ProcessFiles(String id, OutputDirectory files) {
    this(id, files, null);
  }

  /**
   * @param records asks for the record, in which the output begins; null for one without
   */
  ProcessFiles(
      String id, OutputDirectory files, @Nullable Function<CallScope, ProcessRecord> records) {
    this.id = id;
    this.files = files;
    this.records = records;
  }

  /** The next look shows this record, and does not ask for one. */
  void expect(ProcessRecord record) {
    expected.set(record);
  }

  Marks marks() {
    return last.marks();
  }

  /** The record in which the output begins; null before the first look, and where it has none. */
  @Nullable ProcessRecord record() {
    return last.record();
  }

  /** True if there are files, as far as is known. */
  boolean areThere() {
    return records == null || last.lines().goesOnInFiles();
  }

  /** Looks. False if files vanished each time that this was tried. */
  boolean look(CallScope scope) {
    try {
      list(scope);
      return true;
    } catch (PlatformException e) {
      if (e.failure().status().orElse(0) == OutputDirectory.VANISHED) {
        return false;
      }
      throw e;
    }
  }

  /** Looks. What {@link #marks} shows afterwards is at least as new. */
  Marks list(CallScope scope) {
    long number = asked.incrementAndGet();
    if (records == null) {
      return keep(new Look(number, Marks.of(id, files.list(scope)), null, RecordLines.NONE));
    }
    ProcessRecord first = expected.getAndSet(null);
    return take(number, first == null ? records.apply(scope) : first, scope);
  }

  private Marks take(long number, ProcessRecord record, CallScope scope) {
    RecordLines lines = RecordLines.of(record.stdout());
    Map<String, Long> all = new HashMap<>(lines.goesOnInFiles() ? files.list(scope) : Map.of());
    lines.marks().forEach((mark, size) -> all.merge(id + "." + mark, size, Math::max));
    return keep(new Look(number, Marks.of(id, all), record, lines));
  }

  private synchronized Marks keep(Look look) {
    last = look.number() > last.number() ? look : last;
    return last.marks();
  }

  /** Reads at most so many bytes of a segment, from a position in its channel on. */
  Part read(Channel channel, long segment, long position, int most, CallScope scope) {
    if (segment == 0 && last.lines().held(channel) > 0) {
      return readRecord(channel, position, scope);
    }
    return files.read(
        Marks.segment(id, channel, segment), channel, position - segment, most, scope);
  }

  /** A record is asked for once more before anything counts as missing in it. */
  private Part readRecord(Channel channel, long position, CallScope scope) {
    if (position >= last.lines().held(channel)) {
      look(scope);
    }
    RecordLines lines = last.lines();
    long held = lines.held(channel);
    return position < held
        ? new Part.Bytes(lines.from(channel, position), held)
        : new Part.Nothing(held);
  }

  String name(Channel channel, long segment) {
    return Marks.segment(id, channel, segment);
  }

  @Override
  public String toString() {
    return id;
  }

  /** The text of a small one; empty where there is none, or it is just being written. */
  String text(String mark, CallScope scope) {
    return files.text(id + "." + mark, scope);
  }

  /** Writes a small text into one of them, or a line into a pipe. */
  void write(String mark, String text, CallScope scope) {
    files.write(id + "." + mark, text, scope);
  }

  /** Writes one of them. Sent once. */
  void write(String mark, byte[] bytes, CallScope scope) {
    files.write(id + "." + mark, bytes, scope);
  }
}
