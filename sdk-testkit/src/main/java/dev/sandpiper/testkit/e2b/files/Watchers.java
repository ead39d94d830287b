package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.FileChange;
import dev.sandpiper.testkit.machine.LazyWatches;
import dev.sandpiper.testkit.machine.Secrets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** All directories that a sandbox's clients watch, and the watchers that they poll. */
public final class Watchers implements AutoCloseable {
  private final LazyWatches watches;
  private final Map<String, PolledWatch> polled = new ConcurrentHashMap<>();

  public Watchers(String sandboxId) {
    this.watches = new LazyWatches(sandboxId);
  }

  DirectoryWatches.Watch open(
      Path directory, DirectoryWatches.Depth depth, FileChange.Listener listener)
      throws DirectoryWatches.RefusedException {
    return watches.open(directory, depth, listener);
  }

  /** Stores a watcher, and returns its id. */
  public String keep(PolledWatch watch) {
    String id = Secrets.watcherId();
    polled.put(id, watch);
    return id;
  }

  public PolledWatch find(String id) {
    PolledWatch watch = polled.get(id);
    if (watch == null) throw unknown(id);
    return watch;
  }

  public void remove(String id) {
    PolledWatch watch = polled.remove(id);
    if (watch == null) throw unknown(id);
    watch.close();
  }

  private static RpcException unknown(String id) {
    return RpcException.notFound("watcher with id " + id + " not found");
  }

  /** Ends all watches; streams are notified that their watch is lost. */
  @Override
  public void close() {
    watches.close();
    polled.clear();
  }
}
