package dev.sandpiper.e2b.files;

import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The progress of an upload in parts. Many threads send parts; only the caller's thread, which
 * created this, calls the listener.
 */
final class PartsProgress {
  private final Thread caller = Thread.currentThread();
  private final AtomicLongArray sent;
  private final long size;
  private final TransferListener listener;

  /** The bytes last reported. Used by the caller's thread only. */
  private long reported = -1;

  PartsProgress(int parts, long size, TransferListener listener) {
    this.sent = new AtomicLongArray(parts);
    this.size = size;
    this.listener = listener;
  }

  /** A listener for one part. A part that is sent again is counted from its beginning. */
  TransferListener ofPart(int part) {
    return progress -> {
      sent.set(part, progress.bytes());
      if (Thread.currentThread() == caller) {
        tell();
      }
    };
  }

  /** Reports the total, if it has changed. */
  void tell() {
    long sum = 0;
    for (int part = 0; part < sent.length(); part++) {
      sum += sent.get(part);
    }
    if (sum != reported) {
      reported = sum;
      listener.progress(new TransferProgress(sum, OptionalLong.of(size), 0));
    }
  }

  void tellEnd() {
    listener.progress(new TransferProgress(size, OptionalLong.of(size), 1));
  }
}
