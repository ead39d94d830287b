package dev.sandpiper.wire;

import java.io.IOException;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/** A source that never returns more than one byte per read, as the slowest peer would. */
final class OneByteAtATime extends ForwardingSource {
  OneByteAtATime(Source source) {
    super(source);
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    return super.read(sink, Math.min(byteCount, 1));
  }
}
