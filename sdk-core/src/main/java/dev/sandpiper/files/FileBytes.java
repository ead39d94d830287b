package dev.sandpiper.files;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import okio.Buffer;
import okio.BufferedSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of a file on their way out of a sandbox. What goes wrong is a typed failure; a
 * connection that breaks is made again where the file is certain to be the same.
 */
public final class FileBytes extends InputStream {
  private static final Logger log = LoggerFactory.getLogger(FileBytes.class);

  private static final int ATTEMPTS_IN_A_ROW = 3;

  /** What must have come before a new break counts as the first one again. */
  private static final long PROGRESS = 1 << 20;

  /** How a transfer that broke is taken up again. */
  public interface Resumption {

    /**
     * Goes on behind {@code position}, in exactly the file that was begun.
     *
     * @throws ConnectionLostException if it is another by now
     */
    HttpResponse open(HttpRequest request, FileVersion version, long position, long end);
  }

  private final Resumption resumption;
  private final HttpRequest request;
  private final FileVersion version;
  private final ReadOptions options;

  /** Behind the last byte that was asked for; as far as is known before. */
  private final long end;

  private final OptionalLong total;
  private HttpResponse response;
  private BufferedSource source;
  private long position;
  private long brokeAt;
  private int attempts;
  private boolean ended;

  /**
   * What an answer holds of a file.
   *
   * @param source where its bytes are, from the offset in {@code options} on
   */
  public FileBytes(
      Resumption resumption,
      HttpRequest request,
      HttpResponse response,
      BufferedSource source,
      FileVersion version,
      ReadOptions options) {
    this.resumption = resumption;
    this.request = request;
    this.response = response;
    this.source = source;
    this.version = version;
    this.options = options;
    this.position = options.offset();
    this.end = end(version, options);
    this.total =
        version.size() < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, end - position));
  }

  private static long end(FileVersion version, ReadOptions options) {
    long wanted = options.length().orElse(Long.MAX_VALUE);
    long asked =
        wanted > Long.MAX_VALUE - options.offset() ? Long.MAX_VALUE : options.offset() + wanted;
    return version.size() < 0 ? asked : Math.min(asked, version.size());
  }

  /** Nothing of a file, because all of it is before the offset. */
  public static FileBytes none(
      Resumption resumption, HttpRequest request, HttpResponse response, ReadOptions options) {
    FileVersion version = new FileVersion("", options.offset());
    return new FileBytes(resumption, request, response, new Buffer(), version, options);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0 || ended) {
      return ended ? -1 : 0;
    }
    int count = readOn(target, offset, (int) Math.min(length, end - position));
    ended = count < 0;
    position += Math.max(0, count);
    tell();
    return count;
  }

  private int readOn(byte[] target, int offset, int length) throws IOException {
    while (length > 0) {
      try {
        return source.read(target, offset, length);
      } catch (SandboxException e) {
        throw new SandboxIOException(e);
      } catch (IOException e) {
        resume(e);
      }
    }
    return -1;
  }

  private void resume(IOException cause) throws SandboxIOException {
    boolean progress = position - brokeAt >= PROGRESS;
    attempts = progress ? 1 : attempts + 1;
    brokeAt = progress ? position : brokeAt;
    if (!version.isCertain() || attempts > ATTEMPTS_IN_A_ROW) {
      throw new SandboxIOException(
          lost(request, "the transfer broke off before the file's end", cause));
    }
    log.warn("{}: broke off after {} bytes, going on there", request, position - options.offset());
    response.close();
    try {
      response = resumption.open(request, version, position, end);
      source = response.source();
    } catch (SandboxException e) {
      e.addSuppressed(cause);
      throw new SandboxIOException(e);
    }
  }

  private void tell() {
    long bytes = position - options.offset();
    options.listener().progress(new TransferProgress(bytes, total, ended ? 1 : 0));
  }

  /** What a transfer that cannot go on is told by. */
  public static ConnectionLostException lost(
      HttpRequest request, String observed, @Nullable IOException cause) {
    return new ConnectionLostException(request.failure(observed), null, cause);
  }

  @Override
  public void close() {
    response.close();
  }
}
