package dev.sandpiper.engine;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.io.IOException;
import java.nio.ByteBuffer;
import okio.Buffer;

/**
 * Keeps the beginning and the end of one channel, never more than its limit. After a gap the
 * beginning is closed, and the end begins anew behind the gap, so that both are without a hole.
 */
public final class OutputCollector {
  private final int headLimit;
  private final int tailLimit;
  private final Buffer head = new Buffer();
  private final Buffer tail = new Buffer();
  private long total;
  private boolean gap;
  private boolean dropped; // something of the tail

  /**
   * @param limit how many bytes are kept at the most
   */
  public OutputCollector(int limit) {
    headLimit = limit - limit / 2;
    tailLimit = limit / 2;
  }

  void add(Output output) {
    add(output.asByteBuffer());
  }

  public void add(ByteBuffer bytes) {
    total += bytes.remaining();
    try {
      keep(bytes);
    } catch (IOException e) {
      throw new IllegalStateException("a buffer in memory failed", e);
    }
  }

  private void keep(ByteBuffer bytes) throws IOException {
    if (!gap) {
      int fits = (int) Math.min(bytes.remaining(), headLimit - head.size());
      head.write(bytes.slice(0, fits));
      bytes.position(fits);
    }
    // What would be dropped at once is not copied.
    int surplus = Math.max(0, bytes.remaining() - tailLimit);
    tail.write(bytes.position(bytes.position() + surplus));
    long excess = Math.max(0, tail.size() - tailLimit);
    tail.skip(excess);
    dropped |= surplus + excess > 0;
  }

  public void addGap() {
    gap = true;
    tail.clear();
  }

  public CapturedOutput result() {
    byte[] beginning = head.snapshot().toByteArray();
    byte[] end = tail.snapshot().toByteArray();
    if (gap || dropped) {
      return CapturedOutput.incomplete(beginning, end, total);
    }
    return CapturedOutput.complete(
        ByteBuffer.allocate((int) total).put(beginning).put(end).array());
  }
}
