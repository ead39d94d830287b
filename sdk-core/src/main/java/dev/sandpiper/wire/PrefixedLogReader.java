package dev.sandpiper.wire;

import dev.sandpiper.ProcessEvent.Channel;
import java.io.IOException;
import java.util.List;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Reads Blaxel's log of a process: text in which {@code stdout:} or {@code stderr:} stands where
 * the server began to write a piece of that channel.
 *
 * <pre>
 * stdout:l1     a piece of stdout begins with this line
 * l2            and goes on with this one
 * [keepalive]   the server's own, every 30 seconds
 * stderr:e      a piece of stderr begins
 * </pre>
 *
 * <p>This is a best effort, because the format cannot be read back: pieces are cut anywhere, so a
 * prefix may stand inside a line, where it is left; what a process itself writes at the beginning
 * of a line looks like a prefix; and a line that was not finished may have got an end. The body's
 * end is the end of the log and says nothing about the process.
 *
 * <p>Not thread-safe: to free a blocked reader, cancel the call that owns the source.
 */
public final class PrefixedLogReader {
  private static final ByteString STDOUT = ByteString.encodeUtf8("stdout:");
  private static final ByteString STDERR = ByteString.encodeUtf8("stderr:");

  /** What the server itself writes, as lines of their own. */
  private static final List<ByteString> SERVERS_OWN =
      List.of(
          ByteString.encodeUtf8("[keepalive]\n"),
          ByteString.encodeUtf8("[Process is being gracefully terminated]\n"),
          ByteString.encodeUtf8("[Process is being forcefully killed]\n"));

  private final BufferedSource source;
  private final int maxPieceBytes;
  private @Nullable Channel channel;
  private boolean insideLine;

  /**
   * A line, or a part of a long one.
   *
   * @param channel what it belongs to; null for text in front of the first prefix
   * @param bytes with the line's end, where it has one
   */
  public record Piece(@Nullable Channel channel, ByteString bytes) {}

  /**
   * @param maxPieceBytes longer lines are handed out in parts of at most so many bytes
   */
  public PrefixedLogReader(BufferedSource source, int maxPieceBytes) {
    this.source = source;
    this.maxPieceBytes = maxPieceBytes;
  }

  /** Blocks for the next piece. Null where the body ends. */
  public @Nullable Piece next() throws IOException {
    while (!source.exhausted()) {
      ByteString bytes = readPiece();
      boolean isNewLine = !insideLine;
      insideLine = bytes.getByte(bytes.size() - 1) != '\n';
      if (isNewLine) {
        bytes = withoutPrefix(bytes);
      }
      if (bytes.size() > 0 && !(isNewLine && SERVERS_OWN.contains(bytes))) {
        return new Piece(channel, bytes);
      }
    }
    return null;
  }

  private ByteString readPiece() throws IOException {
    long end = source.indexOf((byte) '\n', 0, maxPieceBytes);
    if (end >= 0) {
      return source.readByteString(end + 1);
    }
    source.request(maxPieceBytes);
    return source.readByteString(Math.min(maxPieceBytes, source.getBuffer().size()));
  }

  private ByteString withoutPrefix(ByteString line) {
    if (line.startsWith(STDOUT)) {
      channel = Channel.STDOUT;
      return line.substring(STDOUT.size());
    }
    if (line.startsWith(STDERR)) {
      channel = Channel.STDERR;
      return line.substring(STDERR.size());
    }
    return line;
  }
}
