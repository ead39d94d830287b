package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import okio.ForwardingSource;
import org.jspecify.annotations.Nullable;

/**
 * Filters the bytes of a {@code text/event-stream} for a parser without limits: fails if a line or
 * an event is too long, or if the body ends inside one. Bytes before a failure are still delivered.
 * Every line ending becomes a line feed, because the parser mishandles lone carriage returns, and a
 * leading byte order mark is dropped.
 *
 * <p>Comments, which serve as keep-alives, do not count towards an event, and a body may end after
 * one.
 */
final class BoundedEvents extends ForwardingSource {
  private static final ByteString BYTE_ORDER_MARK = ByteString.decodeHex("efbbbf");

  private final BufferedSource source;
  private final int maxEventBytes;
  private boolean begun;
  // The last byte was a CR: a following LF belongs to the same line ending.
  private boolean afterReturn;
  private boolean isComment; // the current line
  private long lineBytes;
  private long eventBytes; // of the complete lines of the current event
  private @Nullable MalformedStreamException tooLong;

  BoundedEvents(BufferedSource source, int maxEventBytes) {
    super(source);
    this.source = source;
    this.maxEventBytes = maxEventBytes;
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    if (!begun) {
      begun = true;
      if (source.rangeEquals(0, BYTE_ORDER_MARK)) {
        source.skip(BYTE_ORDER_MARK.size());
      }
    }
    Buffer piece = new Buffer();
    int passed = 0;
    while (passed == 0) {
      if (tooLong != null) {
        throw tooLong; // only now, so that the bytes before it were delivered
      }
      if (super.read(piece, byteCount) < 0) {
        rejectUnfinished();
        return -1;
      }
      byte[] bytes = piece.readByteArray();
      passed = pass(bytes);
      sink.write(bytes, 0, passed);
    }
    return passed;
  }

  private void rejectUnfinished() throws EOFException {
    if (lineBytes > 0) {
      throw new EOFException("the stream ended inside a line");
    }
    if (eventBytes > 0) {
      throw new EOFException("the stream ended inside an event");
    }
  }

  /**
   * Filters {@code bytes} in place. Returns how many of them, from the beginning, are passed on.
   */
  private int pass(byte[] bytes) {
    int passed = 0;
    for (byte one : bytes) {
      boolean belongsToReturn = afterReturn && one == '\n';
      afterReturn = one == '\r';
      if (belongsToReturn) {
        continue;
      }
      if (one == '\r' || one == '\n') {
        endLine();
        bytes[passed++] = '\n';
        continue;
      }
      if (isTooMuch(one)) {
        tooLong =
            new MalformedStreamException(
                "an event exceeds the limit of " + maxEventBytes + " bytes");
        return passed;
      }
      bytes[passed++] = one;
    }
    return passed;
  }

  private boolean isTooMuch(byte one) {
    if (lineBytes == 0) {
      isComment = one == ':';
    }
    lineBytes++;
    return (isComment ? 0 : eventBytes) + lineBytes > maxEventBytes;
  }

  private void endLine() {
    if (lineBytes == 0) {
      eventBytes = 0;
    } else if (!isComment) {
      eventBytes += lineBytes;
    }
    lineBytes = 0;
  }

  /** Does nothing: the source belongs to the caller. */
  @Override
  public void close() {}
}
