package dev.sandpiper.blaxel;

import dev.sandpiper.PlatformException;
import dev.sandpiper.ProcessEvent.Channel;
import dev.sandpiper.blaxel.ExactFiles.Part;
import dev.sandpiper.http.CallScope;
import java.util.concurrent.atomic.AtomicLong;

/** The files of one process, as the last listing shows them. Safe for use by many threads. */
final class ProcessFiles {
  /** What a listing has shown that was the {@code number}th to be asked for. */
  private record Listing(long number, Marks marks) {}

  private final String id;
  private final ExactFiles files;
  private final AtomicLong asked = new AtomicLong();
  private volatile Listing last = new Listing(0, Marks.NONE);

  ProcessFiles(String id, ExactFiles files) {
    this.id = id;
    this.files = files;
  }

  Marks marks() {
    return last.marks();
  }

  /** Lists. False if files vanished each time that this was tried. */
  boolean look(CallScope scope) {
    try {
      list(scope);
      return true;
    } catch (PlatformException e) {
      if (e.failure().status().orElse(0) == ExactFiles.VANISHED) {
        return false;
      }
      throw e;
    }
  }

  /** Lists. What {@link #marks} shows afterwards is at least as new. */
  Marks list(CallScope scope) {
    long number = asked.incrementAndGet();
    return keep(new Listing(number, Marks.of(id, files.list(scope))));
  }

  private synchronized Marks keep(Listing listing) {
    last = listing.number() > last.number() ? listing : last;
    return last.marks();
  }

  /** Reads at most so many bytes of a segment, from a position in its channel on. */
  Part read(Channel channel, long segment, long position, int most, CallScope scope) {
    return files.read(
        Marks.segment(id, channel, segment), channel, position - segment, most, scope);
  }

  String name(Channel channel, long segment) {
    return Marks.segment(id, channel, segment);
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
