package dev.sandpiper.testkit.machine;

import dev.sandpiper.e2b.proto.FilesystemProto.EventType;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Watches directories with Java's own API, which exists everywhere and reports less: an entry that
 * was moved away looks removed, a {@code touch} looks like a write, several changes of one file may
 * be merged, and on macOS all changes are reported seconds late.
 */
public final class ServiceWatches implements DirectoryWatches {
  private static final long PATIENCE_MILLIS = TimeUnit.SECONDS.toMillis(10);
  private static final WatchEvent.Kind<?>[] KINDS = {
    StandardWatchEventKinds.ENTRY_CREATE,
    StandardWatchEventKinds.ENTRY_DELETE,
    StandardWatchEventKinds.ENTRY_MODIFY
  };

  private final String name;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Set<Watched> open = ConcurrentHashMap.newKeySet();

  public ServiceWatches(String name) {
    this.name = name;
  }

  @Override
  public Watch open(Path directory, Depth depth, FileChange.Listener listener)
      throws RefusedException {
    WatchService service;
    try {
      service = directory.getFileSystem().newWatchService();
    } catch (IOException e) {
      throw new RefusedException("error creating watcher: " + GoErrors.reason(e));
    }
    Watched watched = new Watched(service, directory, depth, listener);
    try {
      watched.register(directory, false);
    } catch (IOException e) {
      watched.close();
      throw new RefusedException(
          "error adding path " + directory + " to watcher: " + GoErrors.reason(e));
    }
    open.add(watched);
    watched.thread.start();
    return watched;
  }

  @Override
  public void close() {
    for (Watched watched : open) {
      watched.listener.lost("the sandbox is gone");
      watched.close();
    }
  }

  /** One watch, with a thread of its own, and the known state of its files. */
  private final class Watched implements Watch {
    private final WatchService service;
    private final Path top;
    private final Depth depth;
    private final FileChange.Listener listener;
    private final Thread thread;

    // Only for the thread, once it is running.
    private final Map<WatchKey, Path> directories = new HashMap<>();
    private final Map<Path, Traits> known = new HashMap<>();

    Watched(WatchService service, Path top, Depth depth, FileChange.Listener listener) {
      this.service = service;
      this.top = top;
      this.depth = depth;
      this.listener = listener;
      String threadName = ServerThreads.PREFIX + "watch-" + name + "-" + numbers.incrementAndGet();
      thread = new Thread(this::run, threadName);
      thread.setDaemon(true);
    }

    /** Watches a directory and records its entries; recursively for a tree. */
    private void register(Path directory, boolean tell) throws IOException {
      directories.put(directory.register(service, KINDS), directory);
      try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
        for (Path child : children) {
          if (known.put(child, Traits.of(child)) == null && tell) {
            tell(EventType.EVENT_TYPE_CREATE, child);
          }
          if (depth != Depth.DIRECTORY && Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
            register(child, tell);
          }
        }
      }
    }

    private void run() {
      try {
        while (!directories.isEmpty()) {
          WatchKey key = service.take();
          Path directory = directories.get(key);
          if (directory != null) take(directory, key.pollEvents());
          if (!key.reset()) directories.remove(key);
          if (!key.isValid() && top.equals(directory)) tell(EventType.EVENT_TYPE_REMOVE, top);
        }
      } catch (ClosedWatchServiceException e) {
        directories.clear(); // the watch was closed
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void take(Path directory, List<WatchEvent<?>> events) {
      for (int i = 0; i < events.size(); i++) {
        WatchEvent<?> event = events.get(i);
        if (!(event.context() instanceof Path child)) {
          listener.lost("fsnotify: queue or buffer overflow");
          continue;
        }
        Path file = directory.resolve(child);
        if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
          created(file);
        } else if (event.kind() == StandardWatchEventKinds.ENTRY_DELETE) {
          deleted(directory, file, events.subList(i + 1, events.size()));
        } else {
          modified(file);
        }
      }
    }

    private void created(Path file) {
      Traits traits = Traits.of(file);
      if (traits.equals(known.put(file, traits))) return; // already reported from a new directory
      tell(EventType.EVENT_TYPE_CREATE, file);
      if (depth == Depth.DIRECTORY || !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) return;
      try {
        register(file, true);
      } catch (IOException e) {
        known.remove(file); // removed again
      }
    }

    /** A rename, if the same file has a new name next to it. */
    private void deleted(Path directory, Path file, List<WatchEvent<?>> later) {
      Traits before = known.remove(file);
      boolean moved =
          before != null
              && later.stream()
                  .filter(event -> event.kind() == StandardWatchEventKinds.ENTRY_CREATE)
                  .map(event -> directory.resolve(String.valueOf(event.context())))
                  .anyMatch(other -> before.isSameFile(Traits.of(other)));
      tell(moved ? EventType.EVENT_TYPE_RENAME : EventType.EVENT_TYPE_REMOVE, file);
    }

    private void modified(Path file) {
      Traits now = Traits.of(file);
      Traits before = known.put(file, now);
      boolean attributes = before != null && before.hasSameContent(now) && !before.equals(now);
      tell(attributes ? EventType.EVENT_TYPE_CHMOD : EventType.EVENT_TYPE_WRITE, file);
    }

    private void tell(EventType type, Path file) {
      String relative =
          file.equals(top) ? "." : ExactPath.text(file).substring(ExactPath.text(top).length() + 1);
      listener.changed(new FileChange(type, relative));
    }

    @Override
    public void close() {
      open.remove(this);
      try {
        service.close();
        if (thread != Thread.currentThread()) thread.join(PATIENCE_MILLIS);
      } catch (IOException e) {
        listener.lost(GoErrors.reason(e));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** The attributes that distinguish two states of a file. */
  private record Traits(Object inode, Object modified, Object size, Object changed) {
    private static final Traits NONE = new Traits("", "", "", "");

    static Traits of(Path file) {
      try {
        Map<String, Object> all =
            Files.readAttributes(
                file, "unix:ino,lastModifiedTime,size,ctime", LinkOption.NOFOLLOW_LINKS);
        return new Traits(
            value(all.get("ino")),
            value(all.get("lastModifiedTime")),
            value(all.get("size")),
            value(all.get("ctime")));
      } catch (IOException e) {
        return NONE; // removed
      }
    }

    private static Object value(@Nullable Object value) {
      return value == null ? "" : value;
    }

    boolean isSameFile(Traits other) {
      return !other.equals(NONE) && inode.equals(other.inode);
    }

    boolean hasSameContent(Traits other) {
      return isSameFile(other) && modified.equals(other.modified) && size.equals(other.size);
    }
  }
}
