package dev.sandpiper.testkit.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Foreign bytes injected into a response. If its length was announced, they count as part of it: as
 * many are missing at the end, and the connection is cut. Thread-safe.
 */
final class Intrusions {
  private final Queue<byte[]> pending = new ConcurrentLinkedQueue<>();

  void add(byte[] bytes) {
    pending.add(bytes.clone());
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** The bytes since the last call. */
  byte[] take() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] one = pending.poll(); one != null; one = pending.poll()) all.writeBytes(one);
    return all.toByteArray();
  }

  /**
   * A response in progress, into which they are injected between two writes.
   *
   * @param announced its length; negative if that was not announced
   */
  OutputStream into(OutputStream out, long announced) {
    return new Intruded(out, announced);
  }

  private final class Intruded extends OutputStream {
    private final OutputStream out;
    private final long announced;
    private long written;

    Intruded(OutputStream out, long announced) {
      this.out = out;
      this.announced = announced;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      byte[] strays = take();
      pass(strays, 0, strays.length);
      pass(bytes, offset, length);
    }

    private void pass(byte[] bytes, int offset, int length) throws IOException {
      long room = announced < 0 ? length : announced - written;
      out.write(bytes, offset, (int) Math.min(length, room));
      written += length;
      if (length > room) {
        out.flush();
        throw new IOException("the answer is longer than was announced");
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
