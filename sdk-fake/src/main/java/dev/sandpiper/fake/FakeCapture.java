package dev.sandpiper.fake;

import dev.sandpiper.CapturedOutput;
import dev.sandpiper.ProcessEvent.Output;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The complete output of one channel, of which the result has at most the limit. */
final class FakeCapture {
  private final int limit;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final ByteArrayOutputStream tail = new ByteArrayOutputStream(); // after the last gap
  private boolean gap;
  private long total;

  FakeCapture(int limit) {
    this.limit = limit;
  }

  void add(Output output) {
    (gap ? tail : head).writeBytes(output.toByteArray());
    total += output.size();
  }

  void addGap() {
    gap = true;
    tail.reset();
  }

  CapturedOutput result() {
    byte[] bytes = head.toByteArray();
    if (!gap && bytes.length <= limit) {
      return CapturedOutput.complete(bytes);
    }
    byte[] end = gap ? tail.toByteArray() : bytes;
    byte[] kept = Arrays.copyOf(bytes, Math.min(bytes.length, limit - limit / 2));
    return CapturedOutput.incomplete(
        kept, Arrays.copyOfRange(end, Math.max(0, end.length - limit / 2), end.length), total);
  }
}
