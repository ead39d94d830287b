package dev.sandpiper.benchmarks.clients;

import dev.sandpiper.Content;
import dev.sandpiper.Filesystem;
import dev.sandpiper.SandboxClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * One file, through a small heap.
 *
 * <p>Arguments: {@code raw}, {@code e2b} or {@code blaxel}; {@code up} or {@code down}; the server;
 * how many bytes.
 */
public final class BigFileClient {
  private static final int TIMES = 2;

  private BigFileClient() {}

  public static void main(String[] args) throws Exception {
    boolean isUp = args[1].equals("up");
    long bytes = Long.parseLong(args[3]);
    String path = "/home/user/zeros-" + bytes;
    if (args[0].equals("raw")) {
      RawSocket raw = new RawSocket(args[2]);
      String query = "/files?path=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
      Meter.measure(
          TIMES,
          bytes,
          () -> {
            if (isUp) raw.upload(query, bytes);
            else raw.download(query);
          });
      return;
    }
    try (SandboxClient client =
        args[0].equals("e2b") ? Sandboxes.e2b(args[2], "binary") : Sandboxes.blaxel(args[2])) {
      Filesystem files = client.connect(Sandboxes.NAME).files();
      Meter.measure(
          TIMES, bytes, isUp ? () -> upload(files, path, bytes) : () -> read(files, path, bytes));
    }
  }

  private static void upload(Filesystem files, String path, long bytes) {
    files.write(path, Content.of(() -> new Zeros(bytes)));
  }

  private static void read(Filesystem files, String path, long bytes) throws IOException {
    try (InputStream file = files.read(path)) {
      long read = file.transferTo(OutputStream.nullOutputStream());
      if (read != bytes) throw new IOException("read " + read + " of " + bytes + " bytes");
    }
  }

  /** So many zeros. */
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long count) {
      left = count;
    }

    @Override
    public int available() {
      return (int) Math.min(left, Integer.MAX_VALUE);
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (left <= 0) return -1;
      int count = (int) Math.min(left, length); // what is there stays: nobody looks
      left -= count;
      return count;
    }
  }
}
