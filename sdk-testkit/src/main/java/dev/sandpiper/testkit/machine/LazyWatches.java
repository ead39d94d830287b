package dev.sandpiper.testkit.machine;

import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The best implementation of watches on this machine, started when the first watch is opened. */
public final class LazyWatches implements DirectoryWatches {
  private static final Logger log = LoggerFactory.getLogger(LazyWatches.class);

  private final String sandboxId;
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable DirectoryWatches watches;
  private boolean closed;

  public LazyWatches(String sandboxId) {
    this.sandboxId = sandboxId;
  }

  @Override
  public Watch open(Path directory, Depth depth, FileChange.Listener listener)
      throws RefusedException {
    return watches().open(directory, depth, listener);
  }

  /** Starts early, so that the first watch begins without delay. */
  public void start() {
    try {
      if (watches() instanceof Inotify inotify) inotify.awaitReady();
    } catch (RefusedException e) {
      log.debug("the sandbox has gone before it was ready", e);
    }
  }

  private DirectoryWatches watches() throws RefusedException {
    lock.lock();
    try {
      if (closed) throw new RefusedException("the sandbox is gone");
      if (watches == null) {
        DirectoryWatches exact = Inotify.start(sandboxId);
        watches = exact == null ? new ServiceWatches(sandboxId) : exact;
      }
      return watches;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    DirectoryWatches ending;
    lock.lock();
    try {
      closed = true;
      ending = watches;
    } finally {
      lock.unlock();
    }
    if (ending != null) ending.close();
  }
}
