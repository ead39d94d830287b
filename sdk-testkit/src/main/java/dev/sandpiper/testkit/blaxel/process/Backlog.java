package dev.sandpiper.testkit.blaxel.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.blaxel.process.Tailer.Channel;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The first content of a stream: the combined file, line by line. It ends silently at a line longer
 * than a mebibyte.
 */
final class Backlog {
  private static final int LONGEST_LINE_BYTES = 1 << 20;
  private static final int MOST_BYTES = 32 << 20;

  private Backlog() {}

  static void replay(Path combined, ClientStream stream) throws IOException {
    if (!Files.exists(combined)) return;
    try (FileChannel file = FileChannel.open(combined, StandardOpenOption.READ)) {
      long start = Math.max(firstKept(file), file.size() - MOST_BYTES);
      if (start > 0) stream.line(Channel.STDOUT, LogFiles.TRUNCATED.strip().getBytes(UTF_8));
      file.position(start);
      lines(new BufferedInputStream(Channels.newInputStream(file), 64 * 1024), stream);
    }
  }

  /** The offset of the first byte after the released head. */
  private static long firstKept(FileChannel file) throws IOException {
    long position = 0;
    while (true) {
      byte[] page = LogFiles.read(file, position, 64 * 1024);
      int zeros = 0;
      while (zeros < page.length && page[zeros] == 0) zeros++;
      position += zeros;
      if (page.length == 0 || zeros < page.length) return position;
    }
  }

  private static void lines(InputStream in, ClientStream stream) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (next == '\n') {
        pass(line.toByteArray(), stream);
        line.reset();
      } else {
        line.write(next);
        if (line.size() > LONGEST_LINE_BYTES) return;
      }
    }
    if (line.size() > 0) pass(line.toByteArray(), stream);
  }

  private static void pass(byte[] line, ClientStream stream) throws IOException {
    for (Channel channel : Channel.values()) {
      byte[] prefix = channel.prefix().getBytes(UTF_8);
      if (startsWith(line, prefix)) {
        byte[] rest = new byte[line.length - prefix.length];
        System.arraycopy(line, prefix.length, rest, 0, rest.length);
        stream.line(channel, rest);
        return;
      }
    }
    stream.line(Channel.STDOUT, line);
  }

  private static boolean startsWith(byte[] line, byte[] prefix) {
    return line.length >= prefix.length
        && java.util.Arrays.equals(line, 0, prefix.length, prefix, 0, prefix.length);
  }
}
