package dev.sandpiper.agent;

import dev.sandpiper.CapturedOutput;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * The output of a started command since the last read: all of it, or its first and its last bytes.
 * Guarded by its owner.
 */
final class UnreadOutput {
  private static final int LONGEST_UNFINISHED = 64;

  private final int half;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final byte[] tail;
  private long behindHead;

  UnreadOutput(int half) {
    this.half = half;
    this.tail = new byte[half];
  }

  void add(byte[] bytes) {
    int toHead = Math.min(bytes.length, half - head.size());
    head.write(bytes, 0, toHead);
    // Of a piece longer than the ring only the end can be kept.
    int from = Math.max(toHead, bytes.length - half);
    behindHead += from - toHead;
    for (int i = from; i < bytes.length; i++) {
      tail[(int) (behindHead++ % half)] = bytes[i];
    }
  }

  boolean isEmpty() {
    return head.size() == 0;
  }

  /**
   * All output that is buffered, once.
   *
   * @param mayGrow true if an incomplete character at the end may still be completed: it is kept
   */
  CapturedOutput take(boolean mayGrow) {
    byte[] first = head.toByteArray();
    byte[] last = inOrder();
    byte[] end = last.length > 0 ? last : first;
    byte[] kept = mayGrow ? unfinished(end) : new byte[0];
    byte[] shown = Arrays.copyOf(end, end.length - kept.length);
    long total = first.length + behindHead - kept.length;
    boolean isComplete = behindHead <= half;
    head.reset();
    behindHead = 0;
    add(kept);
    if (last.length == 0) {
      return CapturedOutput.complete(shown);
    }
    return isComplete
        ? CapturedOutput.complete(joined(first, shown))
        : CapturedOutput.incomplete(first, shown, total);
  }

  private byte[] inOrder() {
    int length = (int) Math.min(behindHead, half);
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = tail[(int) ((behindHead - length + i) % half)];
    }
    return bytes;
  }

  /** The beginning of an incomplete character or escape sequence. */
  private static byte[] unfinished(byte[] bytes) {
    int from = bytes.length;
    for (int at = bytes.length - 1; at >= Math.max(0, bytes.length - LONGEST_UNFINISHED); at--) {
      if (bytes[at] == EscapeSequence.ESCAPE) {
        from = EscapeSequence.isCutOff(bytes, at) ? at : from;
        break;
      }
      if (Utf8.isCutOff(bytes, at, bytes.length)) {
        from = at;
        break;
      }
    }
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }
}
