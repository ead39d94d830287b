package dev.sandpiper.testkit.e2b;

import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.FileChange;
import dev.sandpiper.testkit.machine.Inotify;
import dev.sandpiper.testkit.machine.Secrets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** All directories that a sandbox's clients watch, and the watchers that they ask for events. */
final class Watchers implements AutoCloseable {
  private final String sandboxId;
  private final Map<String, PolledWatch> polled = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  // Guarded by the lock.
  private @Nullable DirectoryWatches watches;
  private boolean closed;

  Watchers(String sandboxId) {
    this.sandboxId = sandboxId;
  }

  DirectoryWatches.Watch open(
      Path directory, DirectoryWatches.Depth depth, FileChange.Listener listener)
      throws DirectoryWatches.RefusedException {
    return watches().open(directory, depth, listener);
  }

  /** Started when it is first needed. */
  private DirectoryWatches watches() throws DirectoryWatches.RefusedException {
    lock.lock();
    try {
      if (closed) throw new DirectoryWatches.RefusedException("the sandbox is gone");
      if (watches == null) {
        DirectoryWatches exact = Inotify.start(sandboxId);
        watches = exact == null ? new ServiceWatches(sandboxId) : exact;
      }
      return watches;
    } finally {
      lock.unlock();
    }
  }

  /** Keeps a watcher, under the id that is returned. */
  String keep(PolledWatch watch) {
    String id = Secrets.watcherId();
    polled.put(id, watch);
    return id;
  }

  PolledWatch find(String id) {
    PolledWatch watch = polled.get(id);
    if (watch == null) throw unknown(id);
    return watch;
  }

  void remove(String id) {
    PolledWatch watch = polled.remove(id);
    if (watch == null) throw unknown(id);
    watch.close();
  }

  private static RpcException unknown(String id) {
    return RpcException.notFound("watcher with id %s not found".formatted(id));
  }

  /** Ends everything; streams learn that their watch is lost. */
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
    polled.clear();
  }
}
