package dev.sandpiper.testkit.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.sandpiper.testkit.machine.Secrets;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Responds with a file like Go's standard library: whole or in parts, with the conditions of the
 * request. At most one buffer of it is in memory. Its size is fixed when the response begins: bytes
 * written later are not sent, and if it becomes shorter the response is aborted.
 */
public final class ServedFile {
  private static final int BUFFER_BYTES = 64 * 1024;

  private final Exchange exchange;
  private final FileChannel channel;
  private final String type;

  /** The caller closes the channel. */
  public ServedFile(Exchange exchange, FileChannel channel, String type) {
    this.exchange = exchange;
    this.channel = channel;
    this.type = type;
  }

  public void answer(Instant modified) throws IOException {
    Preconditions preconditions = new Preconditions(exchange, modified);
    Integer decided = preconditions.decide();
    if (decided != null) {
      preconditions.describe();
      exchange.answer(decided);
      return;
    }
    long size = channel.size();
    List<ByteRange> ranges;
    try {
      ranges = ByteRange.parse(preconditions.range(), size);
    } catch (ByteRange.UnsatisfiableException e) {
      if (e.isBeyondTheEnd()) exchange.set("Content-Range", "bytes */" + size);
      exchange.remove("Cache-Control");
      exchange.text(416, String.valueOf(e.getMessage()));
      return;
    }
    preconditions.describe();
    exchange.set("Content-Type", type);
    exchange.set("Accept-Ranges", "bytes");
    if (ranges.isEmpty()) {
      send(200, new ByteRange(0, size));
    } else if (ranges.size() == 1) {
      exchange.set("Content-Range", ranges.get(0).describe(size));
      send(206, ranges.get(0));
    } else {
      sendAll(ranges, size);
    }
  }

  private void send(int status, ByteRange range) throws IOException {
    exchange.set("Content-Length", Long.toString(range.length()));
    if (range.length() == 0) {
      exchange.answer(status);
      return;
    }
    copy(range, exchange.stream(status));
  }

  /** Each range is a part of its own, with the type of the file. */
  private void sendAll(List<ByteRange> ranges, long size) throws IOException {
    String boundary = Secrets.boundary();
    List<byte[]> heads = new ArrayList<>();
    byte[] end = ("\r\n--" + boundary + "--\r\n").getBytes(US_ASCII);
    long length = end.length;
    for (ByteRange range : ranges) {
      String head =
          (heads.isEmpty() ? "" : "\r\n")
              + "--"
              + boundary
              + "\r\nContent-Range: "
              + range.describe(size)
              + "\r\nContent-Type: "
              + type
              + "\r\n\r\n";
      heads.add(head.getBytes(US_ASCII));
      length += head.length() + range.length();
    }
    exchange.set("Content-Type", "multipart/byteranges; boundary=" + boundary);
    exchange.set("Content-Length", Long.toString(length));
    OutputStream out = exchange.stream(206);
    for (int i = 0; i < ranges.size(); i++) {
      out.write(heads.get(i));
      copy(ranges.get(i), out);
    }
    out.write(end);
  }

  private void copy(ByteRange range, OutputStream out) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (long sent = 0; sent < range.length(); ) {
      int wanted = (int) Math.min(buffer.length, range.length() - sent);
      int count = channel.read(ByteBuffer.wrap(buffer, 0, wanted), range.first() + sent);
      if (count < 0) throw new IOException("the file was truncated while it was sent");
      out.write(buffer, 0, count);
      sent += count;
    }
  }
}
