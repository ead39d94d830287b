package dev.sandpiper.wire;

import java.io.EOFException;
import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import okio.ForwardingSource;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a {@code text/event-stream} on their way to a parser that trusts them: counts lines
 * and events, and fails where one is too long or the body ends inside one. What came before a
 * failure is still delivered. Every end of a line becomes a line feed, because the parser stumbles
 * over lone carriage returns, and a byte order mark at the beginning is dropped.
 *
 * <p>Comments, which are keep-alives, belong to no event, and an end behind them loses nothing.
 */
final class BoundedEvents extends ForwardingSource {
  private static final ByteString BYTE_ORDER_MARK = ByteString.decodeHex("efbbbf");

  private final BufferedSource source;
  private final int maxEventBytes;
  private boolean begun;
  private boolean afterReturn; // a line feed that follows belongs to it
  private boolean isComment; // the line that we are in
  private long lineBytes;
  private long eventBytes; // of the whole lines of the event that we are in
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
        throw tooLong;
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

  /** Leaves at the beginning of {@code bytes} what is passed on; returns how much that is. */
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
            new MalformedStreamException("an event above the bound of " + maxEventBytes + " bytes");
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

  /** Not ours. */
  @Override
  public void close() {}
}
