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
 * The files of one process, as of the last look. For a short command, the content of its record,
 * and files only once the record refers to them. Thread-safe.
 */
final class ProcessFiles {
  /** The result of the {@code number}th look. */
  private record Look(
      long number, Marks marks, @Nullable ProcessRecord record, RecordLines lines) {}

  private final String id;
  private final OutputDirectory files;
  private final @Nullable Function<CallScope, ProcessRecord> records;
  private final AtomicLong asked = new AtomicLong();
  private final AtomicReference<@Nullable ProcessRecord> expected = new AtomicReference<>();
  private volatile Look last = new Look(0, Marks.NONE, null, RecordLines.NONE);

  /** For a command that writes only files. */
  ProcessFiles(String id, OutputDirectory files) {
    this(id, files, null);
  }

  /**
   * @param records fetches the record in which the output begins; null if it begins in files
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

  /**
   * The record in which the output begins; null before the first look, and if it begins in files.
   */
  @Nullable ProcessRecord record() {
    return last.record();
  }

  /** True if files are known to exist. */
  boolean areThere() {
    return records == null || last.lines().goesOnInFiles();
  }

  /** Looks at the files. False if files were removed during every attempt. */
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

  /** Looks at the files. Afterwards {@link #marks} is at least as recent as this call. */
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
    lines
        .marks()
        .forEach(
            (mark, size) -> {
              // A segment was created before its line: without a file, it was removed. The
              // beginnings, which have a size, are in the record.
              if (size > 0 || !Marks.isSegment(mark)) {
                all.merge(id + "." + mark, size, Math::max);
              }
            });
    return keep(new Look(number, Marks.of(id, all), record, lines));
  }

  private synchronized Marks keep(Look look) {
    last = look.number() > last.number() ? look : last;
    return last.marks();
  }

  /** Reads at most {@code most} bytes of a segment, from a position in its channel on. */
  Part read(Channel channel, long segment, long position, int most, CallScope scope) {
    if (segment == 0 && last.lines().held(channel) > 0) {
      return readRecord(channel, position, scope);
    }
    return files.read(
        Marks.segment(id, channel, segment), channel, position - segment, most, scope);
  }

  /** Reads from the record; fetches it again before bytes count as missing. */
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

  /** The content of a small file; empty if it does not exist or is being written. */
  String text(String mark, CallScope scope) {
    return files.text(id + "." + mark, scope);
  }

  /** Writes a short text into a file, or a line into a pipe. */
  void write(String mark, String text, CallScope scope) {
    files.write(id + "." + mark, text, scope);
  }

  /** Writes a file. Not retried. */
  void write(String mark, byte[] bytes, CallScope scope) {
    files.write(id + "." + mark, bytes, scope);
  }
}
