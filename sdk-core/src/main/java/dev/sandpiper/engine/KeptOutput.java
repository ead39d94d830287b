package dev.sandpiper.engine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What has come of one output and was not read yet. Beyond the limit the oldest goes while nobody
 * has read any of it. Guarded by the lock of its owner.
 */
final class KeptOutput {
  static final int LIMIT = 1 << 20;

  /** Some bytes, or why there are none. */
  private static final class Piece {
    final byte[] bytes;
    final @Nullable String missing;

    Piece(byte[] bytes, @Nullable String missing) {
      this.bytes = bytes;
      this.missing = missing;
    }
  }

  private final Deque<Piece> pieces = new ArrayDeque<>();
  private int taken; // of the first piece
  private int size;
  private boolean closed;
  private boolean hasReader;

  void add(byte[] bytes) {
    if (closed || bytes.length == 0) {
      return;
    }
    pieces.add(new Piece(bytes, null));
    size += bytes.length;
    if (!hasReader && size > LIMIT) {
      while (size > LIMIT && pieces.size() > 1) {
        size -= pieces.remove().bytes.length - taken;
        taken = 0;
      }
      pieces.addFirst(gap("nobody read it, and it was too much to keep"));
    }
  }

  /** Output is missing between what has come and what comes. */
  void miss(String reason) {
    if (!closed) {
      pieces.add(gap(reason));
    }
  }

  private static Piece gap(String reason) {
    return new Piece(new byte[0], reason);
  }

  /**
   * Takes what there is, up to the next gap.
   *
   * @throws IOException if a gap comes next, once
   */
  int take(byte[] target, int offset, int length) throws IOException {
    rejectGap();
    int count = 0;
    while (count < length && !pieces.isEmpty() && pieces.getFirst().missing == null) {
      byte[] first = pieces.getFirst().bytes;
      int part = Math.min(length - count, first.length - taken);
      System.arraycopy(first, taken, target, offset + count, part);
      taken += part;
      count += part;
      if (taken == first.length) {
        pieces.remove();
        taken = 0;
      }
    }
    size -= count;
    return count;
  }

  private void rejectGap() throws IOException {
    String reason = pieces.getFirst().missing;
    if (reason != null) {
      pieces.remove();
      throw new IOException("output is missing: " + reason);
    }
  }

  /** Whether somebody reads it, and is waited for. */
  void setReader(boolean reader) {
    hasReader = reader;
  }

  boolean mustBeRead() {
    return hasReader && size >= LIMIT;
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  /** How many bytes there are. */
  int size() {
    return size;
  }

  void close() {
    closed = true;
    pieces.clear();
    size = 0;
    taken = 0;
  }

  boolean isClosed() {
    return closed;
  }
}
