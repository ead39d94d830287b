package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The three log files of the processes of one name. */
public final class LogFiles {
  /** The first line of a truncated output. */
  public static final String TRUNCATED =
      "[... truncated, see the process log file for the full output ...]\n";

  private static final int PAGE_BYTES = 4096;
  private static final byte[] NOTHING = new byte[256 * 1024];

  private final Path output;
  private final Path errors;
  private final Path combined;
  private final int capBytes;

  /** The lengths of the released heads. */
  private final Map<Path, Long> released = new ConcurrentHashMap<>();

  /** Releases the disk space of a file's head, if that is possible. */
  interface Releasing {
    boolean release(Path file, long length) throws IOException;
  }

  private final Releasing releasing;

  LogFiles(Path directory, String name, int capBytes, Releasing releasing) {
    output = directory.resolve(name + ".stdout.log");
    errors = directory.resolve(name + ".stderr.log");
    combined = directory.resolve(name + ".log");
    this.capBytes = capBytes;
    this.releasing = releasing;
  }

  Path output() {
    return output;
  }

  Path errors() {
    return errors;
  }

  Path combined() {
    return combined;
  }

  /** Creates the empty files of the outputs. The combined one is only ever appended to. */
  static void empty(Path file) throws IOException {
    FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)
        .close();
  }

  /** The end of an output, after a line that says so if it is truncated. */
  byte[] tail(Path file, int limitBytes) throws IOException {
    return tail(file, Long.MAX_VALUE, limitBytes);
  }

  /** The same for the bytes before an offset. Empty if the file no longer exists. */
  byte[] tail(Path file, long before, int limitBytes) throws IOException {
    if (!Files.exists(file)) return new byte[0];
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long end = Math.min(before, channel.size());
      long start = Math.max(0, end - limitBytes);
      byte[] bytes = read(channel, start, (int) (end - start));
      int zeros = 0; // of a released head, or so the server assumes
      while (zeros < bytes.length && bytes[zeros] == 0) zeros++;
      return start + zeros == 0 ? bytes : marked(Arrays.copyOfRange(bytes, zeros, bytes.length));
    }
  }

  private static byte[] marked(byte[] bytes) {
    byte[] mark = TRUNCATED.getBytes(UTF_8);
    byte[] all = Arrays.copyOf(mark, mark.length + bytes.length);
    System.arraycopy(bytes, 0, all, mark.length, bytes.length);
    return all;
  }

  /** The bytes from an offset on, up to a maximum. */
  static byte[] read(FileChannel channel, long offset, int most) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(most);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) break;
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Releases the heads of files above the limit: offsets stay, the bytes become zeros. */
  void release() throws IOException {
    for (Path file : new Path[] {output, errors, combined}) {
      if (Files.exists(file) && Files.size(file) > capBytes) release(file);
    }
  }

  private void release(Path file) throws IOException {
    long end = (Files.size(file) - capBytes) / PAGE_BYTES * PAGE_BYTES;
    long start = released.getOrDefault(file, 0L);
    if (start >= end) return;
    if (!releasing.release(file, end)) overwrite(file, start, end);
    released.put(file, end);
  }

  private static void overwrite(Path file, long start, long end) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long position = start;
      while (position < end) {
        int count = (int) Math.min(NOTHING.length, end - position);
        position += channel.write(ByteBuffer.wrap(NOTHING, 0, count), position);
      }
    }
  }
}
