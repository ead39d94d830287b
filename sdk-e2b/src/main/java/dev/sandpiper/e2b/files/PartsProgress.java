package dev.sandpiper.e2b.files;

import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How far the parts of one file are together. Many threads send them; only the caller's, which made
 * this, tells.
 */
final class PartsProgress {
  private final Thread caller = Thread.currentThread();
  private final AtomicLongArray sent;
  private final long size;
  private final TransferListener listener;

  /** Of the caller's thread. */
  private long told = -1;

  PartsProgress(int parts, long size, TransferListener listener) {
    this.sent = new AtomicLongArray(parts);
    this.size = size;
    this.listener = listener;
  }

  /** Hears of one part; a part that is sent again begins anew. */
  TransferListener ofPart(int part) {
    return progress -> {
      sent.set(part, progress.bytes());
      if (Thread.currentThread() == caller) {
        tell();
      }
    };
  }

  /** Tells where all parts are, if that is news. */
  void tell() {
    long sum = 0;
    for (int part = 0; part < sent.length(); part++) {
      sum += sent.get(part);
    }
    if (sum != told) {
      told = sum;
      listener.progress(new TransferProgress(sum, OptionalLong.of(size), 0));
    }
  }

  void tellEnd() {
    listener.progress(new TransferProgress(size, OptionalLong.of(size), 1));
  }
}
