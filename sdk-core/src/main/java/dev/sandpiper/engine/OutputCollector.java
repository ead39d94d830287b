package dev.sandpiper.engine;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Keeps the beginning and the end of one channel's output, up to a limit, and where gaps are. After
 * a gap, nothing is added to the beginning. What is older than the last {@value #MOST_GAPS} gaps
 * counts as exceeding the limit.
 */
public final class OutputCollector {
  private static final int MOST_GAPS = 100;

  private final int headLimit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final LastBytes tail;
  private final OutputStream added = new Added();
  private final Deque<Long> gaps = new ArrayDeque<>(); // offsets in what arrived, each once
  private long total;
  private long knownFrom; // the gaps after this offset are known

  /**
   * @param limit the most bytes that are kept
   */
  public OutputCollector(int limit) {
    headLimit = limit - limit / 2;
    tail = new LastBytes(limit / 2);
  }

  public void add(Output output) {
    try {
      output.writeTo(added);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  public void add(byte[] bytes) {
    add(bytes, 0, bytes.length);
  }

  private void add(byte[] bytes, int offset, int length) {
    total += length;
    int fits = gaps.isEmpty() ? Math.min(length, headLimit - head.size()) : 0;
    head.write(bytes, offset, fits);
    tail.add(bytes, offset + fits, length - fits);
  }

  public void addGap() {
    if (gaps.isEmpty() || gaps.getLast() != total) {
      gaps.add(total);
    }
    if (gaps.size() > MOST_GAPS) {
      gaps.remove();
      knownFrom = gaps.element();
    }
  }

  public CapturedOutput result() {
    byte[] end = tail.toByteArray();
    long start = total - end.length;
    if (gaps.isEmpty() && start == head.size()) {
      return CapturedOutput.complete(
          ByteBuffer.allocate((int) total).put(head.toByteArray()).put(end).array());
    }
    return CapturedOutput.incomplete(parts(end, start), total);
  }

  /** Cuts what was kept where something is missing. {@code end} is what arrived from there on. */
  private List<byte[]> parts(byte[] end, long start) {
    List<byte[]> parts = new ArrayList<>();
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    part.writeBytes(head.toByteArray());
    long at = Math.max(start, knownFrom);
    if (at > head.size()) {
      parts.add(part.toByteArray());
      part.reset();
    }
    for (long gap : gaps) {
      boolean isCutAlready = gap < at || (gap == at && !parts.isEmpty());
      if (!isCutAlready) {
        part.write(end, (int) (at - start), (int) (gap - at));
        parts.add(part.toByteArray());
        part.reset();
        at = gap;
      }
    }
    part.write(end, (int) (at - start), (int) (total - at));
    parts.add(part.toByteArray());
    return parts;
  }

  /** Receives an output's own array, which must not be kept: the collector copies it. */
  private final class Added extends OutputStream {
    @Override
    public void write(int one) {
      add(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      add(bytes, offset, length);
    }
  }
}
