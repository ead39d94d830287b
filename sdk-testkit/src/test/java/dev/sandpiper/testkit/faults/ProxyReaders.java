package dev.sandpiper.testkit.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/** What passes the fault proxy, as fuzzers feed it. */
public final class ProxyReaders {
  private ProxyReaders() {}

  public static void http1(byte[] input) throws IOException {
    long[] passed = {0};
    RequestFraming framing =
        new RequestFraming(
            new RequestFraming.Requests() {
              @Override
              public void begins(String head) {}

              @Override
              public boolean has(byte[] buffer, int offset, int count) {
                assertThat(count).isNotNegative();
                passed[0] += count;
                return true;
              }

              @Override
              public void ends() {}
            });
    framing.take(input, input.length);
    assertThat(passed[0]).isLessThanOrEqualTo(input.length);
  }

  public static void http2(byte[] input) throws IOException {
    HeaderBlocks blocks = new HeaderBlocks();
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(input));
    while (in.available() > 0) {
      Frame frame = Frame.read(in);
      if (frame.type() == Frame.HEADERS || frame.type() == Frame.CONTINUATION) {
        blocks.add(frame);
        if (frame.has(Frame.END_HEADERS)) {
          blocks.end(frame.stream(), Frame.END_STREAM);
        }
      }
    }
  }
}
