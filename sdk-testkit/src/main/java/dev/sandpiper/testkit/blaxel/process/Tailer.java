package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a process's two output files: every 50 ms it reads new bytes, in pieces of at most 4096
 * bytes and standard output first, appends them to the combined file and writes them to the
 * streams. Streams are written to under the lock, so the slowest sets the pace.
 */
final class Tailer {
  private static final Logger log = LoggerFactory.getLogger(Tailer.class);
  static final Duration PAUSE = Duration.ofMillis(50);

  private static final int CHUNK_BYTES = 4096;

  /** Which of the two outputs. */
  enum Channel {
    STDOUT,
    STDERR;

    String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    String prefix() {
      return wireName() + ":";
    }
  }

  private final LogFiles files;
  private final boolean throttled;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<ClientStream> streams = new CopyOnWriteArrayList<>();

  // Changed under the lock alone.
  private final AtomicLong outputOffset = new AtomicLong();
  private final AtomicLong errorsOffset = new AtomicLong();

  // Guarded by the lock.
  private boolean ended;

  Tailer(LogFiles files, boolean throttled) {
    this.files = files;
    this.throttled = throttled;
  }

  /** Waits until no stream is being written to. */
  void awaitStreams() {
    lock.lock();
    try {
      log.trace("nobody is being written to");
    } finally {
      lock.unlock();
    }
  }

  /** The output that was read so far, or its end. */
  byte[] taken(Channel channel, int limitBytes) throws IOException {
    return channel == Channel.STDOUT
        ? files.tail(files.output(), outputOffset.get(), limitBytes)
        : files.tail(files.errors(), errorsOffset.get(), limitBytes);
  }

  /** Starts over: the whole files are read once more. */
  void rewind() {
    lock.lock();
    try {
      outputOffset.set(0);
      errorsOffset.set(0);
      ended = false;
    } finally {
      lock.unlock();
    }
  }

  /** One of the two files, with its length at this moment. */
  private record Source(Channel channel, FileChannel file, long end, AtomicLong offset) {}

  /**
   * Reads the available bytes; with the throttle, while the process is running, one piece of each.
   */
  void take(boolean over) throws IOException {
    lock.lock();
    try (FileChannel output = FileChannel.open(files.output(), StandardOpenOption.READ);
        FileChannel errors = FileChannel.open(files.errors(), StandardOpenOption.READ)) {
      List<Source> sources =
          List.of(
              new Source(Channel.STDOUT, output, output.size(), outputOffset),
              new Source(Channel.STDERR, errors, errors.size(), errorsOffset));
      boolean more = true;
      while (more) {
        more = false;
        for (Source source : sources) more |= takePiece(source);
        more &= over || !throttled;
      }
    } finally {
      lock.unlock();
    }
  }

  /** True if an output has bytes that were not read yet. */
  boolean isDue() {
    return files.output().toFile().length() > outputOffset.get()
        || files.errors().toFile().length() > errorsOffset.get();
  }

  /** False if there is no new piece. */
  private boolean takePiece(Source source) throws IOException {
    byte[] piece = piece(source.file, source.offset.get(), source.end);
    source.offset.addAndGet(piece.length);
    if (piece.length == 0) return false;
    appendToCombined(source.channel, piece);
    for (ClientStream stream : streams) stream.output(source.channel, piece);
    return true;
  }

  private static byte[] piece(FileChannel file, long offset, long end) throws IOException {
    long left = end - offset;
    return left <= 0 ? new byte[0] : LogFiles.read(file, offset, (int) Math.min(CHUNK_BYTES, left));
  }

  /** Appends each line, even an incomplete one, with its channel in front. */
  private void appendToCombined(Channel channel, byte[] piece) throws IOException {
    byte[] prefix = channel.prefix().getBytes(UTF_8);
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    int start = 0;
    while (start < piece.length) {
      int end = start;
      while (end < piece.length && piece[end] != '\n') end++;
      end = Math.min(end + 1, piece.length);
      lines.writeBytes(prefix);
      lines.write(piece, start, end - start);
      start = end;
    }
    append(files.combined(), lines.toByteArray());
  }

  /** Appends to a file, which others may write to as well. */
  static void append(Path file, byte[] bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) channel.write(buffer);
    }
  }

  /**
   * Writes the earlier output to a stream, and all later output as it arrives. False if there will
   * be no more.
   */
  boolean attach(ClientStream stream) throws IOException {
    lock.lock();
    try {
      Backlog.replay(files.combined(), stream);
      if (!ended) streams.add(stream);
      return !ended;
    } finally {
      lock.unlock();
    }
  }

  void detach(ClientStream stream) {
    streams.remove(stream);
  }

  /** Writes text that is not the process's own to the streams. */
  void tell(String text) {
    lock.lock();
    try {
      for (ClientStream stream : streams) stream.message(text);
    } finally {
      lock.unlock();
    }
  }

  /** The same, unless a stream is being written to. False then. */
  boolean tellAtOnce(String text) {
    if (!lock.tryLock()) return false;
    try {
      for (ClientStream stream : streams) stream.message(text);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends every stream, because all output was read. */
  void end() {
    lock.lock();
    try {
      ended = true;
      breakOff();
    } finally {
      lock.unlock();
    }
  }

  /** The same while a stream may be being written to. */
  void breakOff() {
    streams.forEach(ClientStream::end);
    streams.clear();
  }

  void release() throws IOException {
    lock.lock();
    try {
      files.release();
    } finally {
      lock.unlock();
    }
  }
}
