package dev.sandpiper.testkit.e2b.files;

import dev.sandpiper.e2b.proto.FilesystemProto.FilesystemEvent;
import dev.sandpiper.testkit.e2b.connect.RpcException;
import dev.sandpiper.testkit.machine.DirectoryWatches;
import dev.sandpiper.testkit.machine.FileChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A watcher that keeps its events until it is polled. */
public final class PolledWatch implements FileChange.Listener, AutoCloseable {
  private static final int MOST_EVENTS = 1 << 20;

  private final WatchedDirectory directory;
  private final DirectoryWatches.Watch watch;

  // Guarded by this object's monitor.
  private List<FilesystemEvent> events = new ArrayList<>();
  private @Nullable String lost;

  /** Watches from when this returns. The caller closes it. */
  public PolledWatch(WatchedDirectory directory) {
    this.directory = directory;
    this.watch = directory.watch(this);
  }

  @Override
  public void changed(FileChange change) {
    FilesystemEvent event = directory.describe(change);
    synchronized (this) {
      if (lost != null) return;
      if (events.size() < MOST_EVENTS) {
        events.add(event);
      } else {
        lost = "nobody asked for the last " + MOST_EVENTS + " events";
      }
    }
  }

  @Override
  public synchronized void lost(String reason) {
    if (lost == null) lost = reason;
  }

  /**
   * The events since the last call.
   *
   * @throws RpcException permanently, once events were lost
   */
  public List<FilesystemEvent> drain() {
    watch.catchUp();
    synchronized (this) {
      if (lost != null) throw RpcException.internal("watcher error: " + lost);
      List<FilesystemEvent> drained = events;
      events = new ArrayList<>();
      return drained;
    }
  }

  @Override
  public void close() {
    watch.close();
  }
}
