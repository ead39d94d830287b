package dev.sandpiper.files;

import dev.sandpiper.SandboxException;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import java.io.EOFException;
import java.io.IOException;
import okio.Buffer;
import okio.Source;
import okio.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of a response as they arrive. After a lost connection the file is resumed with another
 * response, if possible.
 */
final class StreamedBytes implements Source {
  private static final Logger log = LoggerFactory.getLogger(StreamedBytes.class);
  private static final int ATTEMPTS_IN_A_ROW = 3;

  /** How many bytes must have arrived before the attempts are counted from one again. */
  private static final long PROGRESS = 1 << 20;

  private final @Nullable FileParts parts;
  private final HttpRequest request;
  private final FileVersion version;
  private final long end;
  private HttpResponse response;
  private Source source;
  private long position;
  private long brokeAt;
  private int attempts;

  /**
   * @param parts null if it cannot be resumed
   * @param source the body, at {@code position}
   * @param end {@link Long#MAX_VALUE} if the end of the body is the end of the file
   */
  StreamedBytes(
      @Nullable FileParts parts,
      HttpRequest request,
      FileVersion version,
      HttpResponse response,
      Source source,
      long position,
      long end) {
    this.parts = parts;
    this.request = request;
    this.version = version;
    this.response = response;
    this.source = source;
    this.position = position;
    this.end = end;
  }

  @Override
  public long read(Buffer sink, long most) throws IOException {
    while (position < end) {
      try {
        long count = source.read(sink, Math.min(most, end - position));
        if (count < 0 && end < Long.MAX_VALUE) {
          throw new EOFException("the body ended before the range in its headers");
        }
        position += Math.max(0, count);
        return count;
      } catch (IOException e) {
        resume(e);
      }
    }
    return -1;
  }

  private void resume(IOException cause) throws IOException {
    boolean progress = position - brokeAt >= PROGRESS;
    attempts = progress ? 1 : attempts + 1;
    brokeAt = progress ? position : brokeAt;
    if (parts == null || attempts > ATTEMPTS_IN_A_ROW) {
      throw cause;
    }
    log.warn("{}: the connection closed at byte {}, resuming there", request, position);
    response.close();
    try {
      response = parts.open(request, version, new ByteSpan(position, end - 1));
      source = response.source();
    } catch (SandboxException e) {
      e.addSuppressed(cause);
      throw e;
    }
  }

  @Override
  public Timeout timeout() {
    return Timeout.NONE;
  }

  @Override
  public void close() {
    response.close();
  }
}
