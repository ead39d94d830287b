package dev.sandpiper.engine;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * Keeps the beginning and the end of one channel, never more than its limit. After a gap the
 * beginning is closed, and the end begins anew behind the gap, so that both are without a hole.
 */
public final class OutputCollector {
  private final int headLimit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final LastBytes tail;
  private final OutputStream added = new Added();
  private long total;
  private boolean gap;

  /**
   * @param limit how many bytes are kept at the most
   */
  public OutputCollector(int limit) {
    headLimit = limit - limit / 2;
    tail = new LastBytes(limit / 2);
  }

  public void add(Output output) {
    try {
      output.writeTo(added);
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory failed", e);
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

  /** Takes an output's own bytes, which nobody else may keep. */
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
