package dev.sandpiper.blaxel;

import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import java.io.IOException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Tells how far an upload is. Belongs to the thread that sends. */
final class UploadProgress {
  private final TransferListener listener;
  private final OptionalLong total;
  private long before;
  private @Nullable RuntimeException thrown;

  UploadProgress(TransferListener listener, OptionalLong total) {
    this.listener = listener;
    this.total = total;
  }

  /** Tells how much of the request's bytes has passed. */
  void tell(long bytes) throws IOException {
    try {
      listener.progress(new TransferProgress(before + bytes, total, 0));
    } catch (RuntimeException e) {
      thrown = e;
      throw new IOException("the listener of the transfer threw", e);
    }
  }

  /** Counts a request that is through. */
  void add(long bytes) {
    before += bytes;
  }

  /** Tells that all has passed; what the listener throws goes to the caller. */
  void end() {
    listener.progress(new TransferProgress(before, total, 1));
  }

  /** What the listener threw; null if nothing. */
  @Nullable RuntimeException thrown() {
    return thrown;
  }
}
