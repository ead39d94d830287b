package dev.sandpiper.testkit.e2b.envd;

import dev.sandpiper.testkit.http.AcceptEncoding;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Preconditions;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.http.ServedFile;
import dev.sandpiper.testkit.machine.ContentNames;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.UnixMode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Responds with a file, whole, in part, or in gzip. At most one buffer of it is in memory. */
final class Download {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MOST_COUNTED_GZIP_BYTES = 2048;

  private final Exchange exchange;
  private final Home home;

  Download(Exchange exchange, Home home) {
    this.exchange = exchange;
    this.home = home;
  }

  void answer(String path, String user) throws IOException {
    String complaint = "error expanding and resolving path '" + path + "'";
    String expanded = FilesEndpoint.expand(home, path, user, complaint);
    Path file = locate(expanded);
    boolean conditional = Preconditions.areIn(exchange);
    AcceptEncoding accepted = AcceptEncoding.parse(exchange.header("Accept-Encoding"));
    if (accepted == AcceptEncoding.NOTHING) {
      throw new Refusal(
          406, "error parsing Accept-Encoding: no acceptable encoding found, supported: [gzip]");
    }
    exchange.set("Vary", "Accept-Encoding");
    if (conditional && accepted == AcceptEncoding.GZIP_ONLY) {
      throw new Refusal(406, "identity encoding not acceptable for Range or conditional request");
    }
    String name = ExactPath.name(expanded);
    try (FileChannel channel = open(file, expanded)) {
      exchange.set("Content-Disposition", ContentNames.inline(name));
      if (accepted == AcceptEncoding.IDENTITY || conditional) {
        plain(channel, Files.getLastModifiedTime(file).toInstant(), name);
      } else {
        gzip(channel, name);
      }
    }
  }

  private static FileChannel open(Path file, String expanded) {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      String reason = "open " + expanded + ": " + GoErrors.reason(e);
      throw new Refusal(500, "error opening file '" + expanded + "': " + reason);
    }
  }

  private Path locate(String expanded) throws IOException {
    Path file;
    try {
      file = home.follow(expanded);
      Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      if (GoErrors.isMissing(e)) {
        throw new Refusal(404, "path '" + expanded + "' does not exist");
      }
      throw new Refusal(
          500,
          "error checking if path exists '"
              + expanded
              + "': stat "
              + expanded
              + ": "
              + GoErrors.reason(e));
    }
    if (Files.isDirectory(file)) {
      throw new Refusal(400, "path '" + expanded + "' is a directory");
    }
    // Opening a pipe would wait for its other end.
    if (!Files.isRegularFile(file) && !isDevice(file)) {
      throw new Refusal(400, "path '" + expanded + "' is not a regular file");
    }
    return file;
  }

  /** A device, whose content has no length, so that the response is empty. */
  private static boolean isDevice(Path file) throws IOException {
    return UnixMode.isCharacterDevice((Integer) Files.getAttribute(file, "unix:mode"));
  }

  private void plain(FileChannel channel, Instant modified, String name) throws IOException {
    String type = ContentNames.type(name, head(channel));
    new ServedFile(exchange, channel, type).answer(modified);
  }

  private void gzip(FileChannel channel, String name) throws IOException {
    exchange.set("Content-Encoding", "gzip");
    exchange.set("Content-Type", ContentNames.type(name, null));
    CountedStart out = new CountedStart();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out, BUFFER_BYTES)) {
      Channels.newInputStream(channel).transferTo(gzip);
    }
    out.finish();
  }

  private static byte[] head(FileChannel channel) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(512);
    int count = Math.max(0, channel.read(head, 0));
    byte[] bytes = new byte[count];
    head.flip().get(bytes);
    return bytes;
  }

  /** Buffers the first bytes: if there are no more, the length is known. */
  private final class CountedStart extends OutputStream {
    private @Nullable ByteArrayOutputStream held = new ByteArrayOutputStream();
    private @Nullable OutputStream out;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (held != null && held.size() + length <= MOST_COUNTED_GZIP_BYTES) {
        held.write(bytes, offset, length);
        return;
      }
      if (out == null) out = exchange.stream(200);
      if (held != null) out.write(held.toByteArray());
      held = null;
      out.write(bytes, offset, length);
    }

    void finish() throws IOException {
      if (held != null) exchange.answer(200, held.toByteArray());
    }
  }
}
