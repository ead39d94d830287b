package dev.sandpiper.files;

import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.Unclosed;
import dev.sandpiper.wire.BlockInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import okio.BufferedSource;
import okio.Okio;
import okio.Source;

/**
 * An input stream of a file in a sandbox. Failures are {@code SandboxIOException}s. The connection
 * is released once the end has been read.
 */
public final class FileBytes extends BlockInputStream {
  private final HttpRequest request;
  private final Held held;
  private final BufferedSource buffer;
  private final ReadOptions options;
  private final OptionalLong total;
  private final long length;
  private long count;
  private boolean ended;
  private volatile boolean closed;

  /** The stream's resources. Must not refer to the stream, so that it can be collected. */
  private record Held(Source source, AtomicBoolean released) {
    /** False if they were released before. */
    boolean release() throws IOException {
      if (!released.compareAndSet(false, true)) {
        return false;
      }
      source.close();
      return true;
    }

    boolean releaseForgotten() {
      try {
        return release();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * @param source the file's bytes from the offset in {@code options} on
   */
  FileBytes(HttpRequest request, Source source, ReadOptions options, FileVersion version) {
    this.request = request;
    this.held = new Held(source, new AtomicBoolean());
    this.buffer = Okio.buffer(source);
    this.options = options;
    this.length = options.length().orElse(Long.MAX_VALUE);
    this.total =
        version.size() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(Math.min(length, version.size() - options.offset()));
    Unclosed.watch(
        this,
        "the stream of file " + request.subject(),
        "its connection is closed",
        held::releaseForgotten);
  }

  @Override
  public int read(byte[] target, int offset, int most) throws IOException {
    if (closed) {
      throw new IOException(request.failure("the stream is closed").message());
    }
    if (most == 0 || ended) {
      return ended ? -1 : 0;
    }
    int read =
        count == length ? -1 : readSource(target, offset, (int) Math.min(most, length - count));
    if (read < 0) {
      ended = true;
      held.release();
    }
    count += Math.max(0, read);
    options.listener().progress(new TransferProgress(count, total, ended ? 1 : 0));
    return read;
  }

  private int readSource(byte[] target, int offset, int most) throws SandboxIOException {
    try {
      return buffer.read(target, offset, most);
    } catch (SandboxException e) {
      throw new SandboxIOException(e);
    } catch (IOException e) {
      throw new SandboxIOException(
          FileParts.lost(request, "the connection closed before the end of the file", e));
    }
  }

  /** May be called from any thread; unblocks a blocked reader. */
  @Override
  public void close() throws IOException {
    closed = true;
    held.release();
  }
}
