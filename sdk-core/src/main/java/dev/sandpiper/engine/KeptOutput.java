package dev.sandpiper.engine;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import okio.Buffer;

/**
 * What has come of one output and was not read yet. Beyond the limit the oldest goes while nobody
 * has read any of it. Guarded by the lock of its owner.
 */
final class KeptOutput {
  static final int LIMIT = 1 << 20;

  /** What a gap costs, so that many of them are bounded too. */
  private static final int GAP_COST = 256;

  /**
   * Bytes that are missing.
   *
   * @param at how many bytes were added before it
   */
  private record Gap(long at, String reason) {}

  private final Buffer bytes = new Buffer();
  private final Deque<Gap> gaps = new ArrayDeque<>();
  private long passed; // how many bytes were taken or dropped
  private boolean closed;
  private boolean hasReader;

  void add(byte[] added) {
    if (!closed) {
      bytes.write(added);
      dropOldest();
    }
  }

  /** Output is missing between what has come and what comes. */
  void miss(String reason) {
    long at = passed + bytes.size();
    if (!closed && (gaps.isEmpty() || gaps.getLast().at < at)) {
      gaps.add(new Gap(at, reason));
      dropOldest();
    }
  }

  private void dropOldest() {
    if (hasReader || cost() <= LIMIT) {
      return;
    }
    while (cost() + GAP_COST > LIMIT) {
      drop(Math.min(cost() + GAP_COST - LIMIT, untilGap()));
      while (!gaps.isEmpty() && gaps.getFirst().at <= passed) {
        gaps.remove();
      }
    }
    gaps.addFirst(new Gap(passed, "nobody read it, and it was too much to keep"));
  }

  private void drop(long count) {
    try {
      bytes.skip(count);
    } catch (EOFException e) {
      throw new IllegalStateException("there are no " + count + " bytes", e);
    }
    passed += count;
  }

  private long cost() {
    return bytes.size() + (long) GAP_COST * gaps.size();
  }

  /** How many bytes there are in front of the next gap, or the end. */
  private long untilGap() {
    return gaps.isEmpty() ? bytes.size() : gaps.getFirst().at - passed;
  }

  /**
   * Takes what there is, up to the next gap.
   *
   * @throws IOException if a gap comes next, once
   */
  int take(byte[] target, int offset, int length) throws IOException {
    if (untilGap() == 0) {
      throw new IOException("output is missing: " + gaps.remove().reason);
    }
    int count = bytes.read(target, offset, (int) Math.min(length, untilGap()));
    passed += count;
    return count;
  }

  /** Whether somebody reads it, and is waited for. */
  void setReader(boolean reader) {
    hasReader = reader;
  }

  boolean mustBeRead() {
    return hasReader && cost() >= LIMIT;
  }

  boolean isEmpty() {
    return bytes.exhausted() && gaps.isEmpty();
  }

  /** How many bytes can be read before the next gap. */
  int available() {
    return (int) untilGap();
  }

  void close() {
    closed = true;
    bytes.clear();
    gaps.clear();
  }

  boolean isClosed() {
    return closed;
  }
}
