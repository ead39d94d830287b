package dev.sandpiper.files;

import dev.sandpiper.CancelledException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.wire.BlockInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reports the progress of an upload to a listener while its bytes are read. An exception of the
 * listener, or an unchecked one of the content, ends the upload as an {@link IOException}, and
 * {@link #run} rethrows the original. Used by the sending thread only.
 */
public final class UploadProgress {
  private final TransferListener listener;
  private final OptionalLong total;
  private long before; // bytes of the parts that are complete
  private long sent; // and of the current part
  private long entries;
  private @Nullable RuntimeException thrown; // by the caller's own code

  public UploadProgress(TransferListener listener, OptionalLong total) {
    this.listener = listener;
    this.total = total;
  }

  public static UploadProgress silent() {
    return new UploadProgress(TransferListener.none(), OptionalLong.empty());
  }

  /** Starts from zero, because everything is sent, possibly again. */
  public void restart() {
    before = 0;
    sent = 0;
    entries = 0;
  }

  /**
   * Wraps the bytes of one part so that progress is reported. If the part is opened again, it is
   * counted from its beginning.
   */
  public InputStream of(InputStream bytes) {
    sent = before;
    return new ReportedStream(bytes);
  }

  /** The current part is complete and will not be sent again. */
  public void pass() {
    before = sent;
  }

  /** Counts a file, directory or link. */
  public void entry() {
    entries++;
  }

  public long entries() {
    return entries;
  }

  /** The number of bytes read so far, which may have been sent. */
  public long sent() {
    return sent;
  }

  /** Reports the end of a single file. An exception of the listener propagates directly. */
  public void end() {
    listener.progress(new TransferProgress(sent, total, 1));
  }

  /**
   * Runs the upload. If the caller's own code threw, rethrows that instead of the failure that it
   * caused.
   */
  public void run(Runnable upload) {
    try {
      upload.run();
    } catch (SandboxException e) {
      RuntimeException cause = thrown;
      if (cause == null) {
        throw e;
      }
      cause.addSuppressed(e);
      throw cause;
    }
  }

  /** The failure with {@code outcome} prepended, unless nothing was sent or the content failed. */
  public static SandboxException withOutcome(SandboxException failure, String outcome) {
    boolean says = failure instanceof CancelledException && failure.getCause() != null;
    return says || !Ambiguity.mayHaveStarted(failure)
        ? failure
        : Ambiguity.unknown(failure, outcome);
  }

  private IOException ended(String reason, RuntimeException cause) {
    thrown = cause;
    return new IOException(reason, cause);
  }

  private final class ReportedStream extends BlockInputStream {
    private final InputStream bytes;

    ReportedStream(InputStream bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = readBytes(target, offset, length);
      if (count > 0) {
        sent += count;
        tell();
      }
      return count;
    }

    private int readBytes(byte[] target, int offset, int length) throws IOException {
      try {
        return bytes.read(target, offset, length);
      } catch (RuntimeException e) {
        throw ended("the content threw", e);
      }
    }

    private void tell() throws IOException {
      try {
        listener.progress(new TransferProgress(sent, total, entries));
      } catch (RuntimeException e) {
        throw ended("the listener of the transfer threw", e);
      }
    }

    @Override
    public int available() throws IOException {
      return bytes.available();
    }

    @Override
    public void close() throws IOException {
      bytes.close();
    }
  }
}
