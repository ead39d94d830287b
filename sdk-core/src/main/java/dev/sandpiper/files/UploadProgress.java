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
 * Tells a listener how far an upload is, while its bytes are read. What the listener throws, or the
 * content past what it may, ends the upload as an {@link IOException}, and is what the caller gets.
 * For the thread that sends.
 */
public final class UploadProgress {
  private final TransferListener listener;
  private final OptionalLong total;
  private long before;
  private long sent;
  private long entries;
  private @Nullable RuntimeException thrown;

  public UploadProgress(TransferListener listener, OptionalLong total) {
    this.listener = listener;
    this.total = total;
  }

  public static UploadProgress silent() {
    return new UploadProgress(TransferListener.none(), OptionalLong.empty());
  }

  /** Everything is sent from its beginning, perhaps not for the first time. */
  public void restart() {
    before = 0;
    sent = 0;
    entries = 0;
  }

  /** The same bytes, each piece of which is reported. If they are opened again they count anew. */
  public InputStream of(InputStream bytes) {
    sent = before;
    return new Told(bytes);
  }

  /** What was sent is through, and not sent again with what follows. */
  public void pass() {
    before = sent;
  }

  /** One more file, directory or link is on its way. */
  public void entry() {
    entries++;
  }

  public long entries() {
    return entries;
  }

  /** How many bytes were read, and so may have arrived. */
  public long sent() {
    return sent;
  }

  /** Tells that one file is done; what the listener throws goes straight to the caller. */
  public void end() {
    listener.progress(new TransferProgress(sent, total, 1));
  }

  /** Runs the upload. What the caller's own code threw goes before what came of it. */
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

  /** The failure with what is left behind; a source that failed says that by itself. */
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

  private final class Told extends BlockInputStream {
    private final InputStream bytes;

    Told(InputStream bytes) {
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
