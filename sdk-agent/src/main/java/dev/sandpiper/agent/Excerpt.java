package dev.sandpiper.agent;

import dev.sandpiper.CapturedOutput;

/**
 * Output in a limited number of characters: all of it, or its head and tail with a note of what is
 * missing.
 */
final class Excerpt {
  static final int LONGEST_MARKER = 100;
  private static final int LONGEST_SEQUENCE = 64;

  private final byte[] head;
  private final byte[] tail;
  private final long total;
  private final boolean isComplete;

  private Excerpt(byte[] head, byte[] tail, long total, boolean isComplete) {
    this.head = head;
    this.tail = tail;
    this.total = total;
    this.isComplete = isComplete;
  }

  /** Fits {@code output} into {@code budget} characters, including markers and notes. */
  static String of(CapturedOutput output, int budget) {
    byte[] head = output.head();
    return output.isComplete()
        ? new Excerpt(head, head, head.length, true).within(budget)
        : new Excerpt(head, output.tail(), output.totalBytes(), false).within(budget);
  }

  private String within(int budget) {
    if (isComplete) {
      PlainText all = PlainText.ofOutput(head, 0, head.length);
      String text = noted(all.text(), all.escaped());
      if (text.length() <= budget) {
        return text;
      }
    }
    int half = budget / 2 - LONGEST_MARKER;
    String text = cut(half);
    // A byte that is not text needs four characters.
    while (text.length() > budget && half > 0) {
      half /= 2;
      text = cut(half);
    }
    return text;
  }

  private String cut(int half) {
    int most = isComplete ? head.length / 2 : Integer.MAX_VALUE;
    int headEnd = endOfLine(Math.min(head.length, Math.min(half, most)));
    int tailStart = startOfLine(Math.max(0, tail.length - Math.min(half, most)));
    PlainText first = PlainText.ofOutput(head, 0, headEnd);
    PlainText last = PlainText.ofOutput(tail, tailStart, tail.length);
    long missing = total - headEnd - (tail.length - tailStart);
    String marker =
        missing > 0
            ? "[... " + missing + " of " + total + " bytes are missing here ...]"
            : "[... output was lost here; how much is unknown ...]";
    String separator = first.text().isEmpty() || first.text().endsWith("\n") ? "" : "\n";
    return noted(
        first.text() + separator + marker + "\n" + last.text(), first.escaped() + last.escaped());
  }

  private static String noted(String text, int escaped) {
    return escaped == 0 ? text : text + "\n" + PlainText.NOTE + escaped + "]";
  }

  /** The end of the last line that ends within the last quarter before {@code end}. */
  private int endOfLine(int end) {
    for (int at = end; at > end - end / 4; at--) {
      if (head[at - 1] == '\n') {
        return at;
      }
    }
    return Utf8.wholeEnd(head, end);
  }

  /** The start of the first line that begins within the first quarter after {@code start}. */
  private int startOfLine(int start) {
    if (start == 0) {
      return Utf8.wholeStart(tail, 0);
    }
    int last = start + (tail.length - start) / 4;
    for (int at = start; at < last; at++) {
      if (tail[at - 1] == '\n') {
        return at;
      }
    }
    return outsideOfSequence(start);
  }

  /** The end of the escape sequence that a cut here would split. */
  private int outsideOfSequence(int start) {
    for (int at = start - 1; at >= Math.max(0, start - LONGEST_SEQUENCE); at--) {
      if (tail[at] == EscapeSequence.ESCAPE) {
        return Math.max(start, EscapeSequence.end(tail, at, tail.length));
      }
    }
    return Utf8.wholeStart(tail, start);
  }
}
