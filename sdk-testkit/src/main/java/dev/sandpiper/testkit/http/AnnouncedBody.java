package dev.sandpiper.testkit.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.BufferUtil;

/**
 * A body whose length was announced. The write that completes it ends the response too, because a
 * client that has read all of it may send its next request before this is closed.
 */
final class AnnouncedBody extends OutputStream {
  private final Content.Sink sink;
  private long left;

  AnnouncedBody(Content.Sink sink, long length) {
    this.sink = sink;
    left = length;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    left -= length;
    Content.Sink.write(sink, left == 0, ByteBuffer.wrap(bytes, offset, length));
  }

  /** Sends the head, if it has not been sent. */
  @Override
  public void flush() throws IOException {
    if (left > 0) Content.Sink.write(sink, false, BufferUtil.EMPTY_BUFFER);
  }
}
