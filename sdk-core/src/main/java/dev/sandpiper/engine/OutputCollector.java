package dev.sandpiper.engine;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Keeps the beginning and the end of one channel's output, up to a limit. After a gap, nothing is
 * added to the beginning and the end restarts, so that each is contiguous.
 */
public final class OutputCollector {
  private final int headLimit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final LastBytes tail;
  private final OutputStream added = new Added();
  private long total;
  private boolean gap;

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
    int fits = gap ? 0 : Math.min(length, headLimit - head.size());
    head.write(bytes, offset, fits);
    tail.add(bytes, offset + fits, length - fits);
  }

  public void addGap() {
    gap = true;
    tail.clear();
  }

  public CapturedOutput result() {
    byte[] beginning = head.toByteArray();
    byte[] end = tail.toByteArray();
    if (gap || tail.hasDropped()) {
      return CapturedOutput.incomplete(beginning, end, total);
    }
    return CapturedOutput.complete(
        ByteBuffer.allocate((int) total).put(beginning).put(end).array());
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
