package dev.sandpiper.engine;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keeps the beginning and the end of one channel, never more than its limit. After a gap the
 * beginning is closed, and the end begins anew behind the gap, so that both are without a hole.
 */
final class OutputCapture {
  private static final int FIRST_SIZE = 8 << 10;

  private final int headLimit;
  private final int tailLimit;
  private byte[] head = {};
  private int headLength;
  private byte[] tail = {};
  private long tailTotal;
  private long total;
  private boolean gap;

  OutputCapture(int limit) {
    headLimit = limit - limit / 2;
    tailLimit = limit / 2;
  }

  void add(Output output) {
    ByteBuffer bytes = output.asByteBuffer();
    total += bytes.remaining();
    if (!gap) {
      fillHead(bytes);
    }
    if (bytes.hasRemaining()) {
      fillTail(bytes);
    }
  }

  void addGap() {
    gap = true;
    tailTotal = 0;
  }

  private void fillHead(ByteBuffer bytes) {
    int count = Math.min(bytes.remaining(), headLimit - headLength);
    head = grown(head, headLength + count, headLimit);
    bytes.get(head, headLength, count);
    headLength += count;
  }

  /** The tail is a ring: its next byte goes to {@code tailTotal} modulo its limit. */
  private void fillTail(ByteBuffer bytes) {
    int surplus = Math.max(0, bytes.remaining() - tailLimit);
    bytes.position(bytes.position() + surplus);
    tailTotal += surplus;
    int wanted = (int) Math.min(tailLimit, tailTotal + bytes.remaining());
    tail = grown(tail, wanted, tailLimit);
    while (bytes.hasRemaining()) {
      int position = (int) (tailTotal % tailLimit);
      int count = Math.min(bytes.remaining(), tailLimit - position);
      bytes.get(tail, position, count);
      tailTotal += count;
    }
  }

  private static byte[] grown(byte[] array, int needed, int limit) {
    if (needed <= array.length) {
      return array;
    }
    long doubled = Math.max(FIRST_SIZE, array.length * 2L);
    return Arrays.copyOf(array, (int) Math.min(limit, Math.max(needed, doubled)));
  }

  CapturedOutput result() {
    byte[] beginning = Arrays.copyOf(head, headLength);
    byte[] end = unrolledTail();
    if (!gap && headLength + tailTotal == total && tailTotal <= tailLimit) {
      return CapturedOutput.complete(joined(beginning, end));
    }
    return CapturedOutput.incomplete(beginning, end, total);
  }

  private byte[] unrolledTail() {
    int length = (int) Math.min(tailTotal, tailLimit);
    int start = tailTotal <= tailLimit ? 0 : (int) (tailTotal % tailLimit);
    byte[] unrolled = new byte[length];
    int first = Math.min(length, tailLimit - start);
    System.arraycopy(tail, start, unrolled, 0, Math.min(first, length));
    System.arraycopy(tail, 0, unrolled, Math.min(first, length), length - Math.min(first, length));
    return unrolled;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
