package dev.sandpiper.testkit.e2b;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body for readers that now and then ask for nothing, which Jetty's would wait for. */
final class BodyStream extends FilterInputStream {
  BodyStream(InputStream in) {
    super(in);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return length == 0 ? 0 : super.read(bytes, offset, length);
  }
}
