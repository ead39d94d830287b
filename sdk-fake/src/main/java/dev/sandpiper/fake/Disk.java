package dev.sandpiper.fake;

import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Files and directories in memory, by their absolute paths. Safe for use by many threads. */
final class Disk {
  static final String HOME = "/home/user";

  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<String, Entry> entries = new TreeMap<>(); // guarded by the lock

  /** A file, or a directory if it has no content. */
  private static final class Entry {
    final byte @Nullable [] content;
    final Instant modified = Instant.now();

    private Entry(byte @Nullable [] content) {
      this.content = content;
    }

    static Entry directory() {
      return new Entry(null);
    }

    static Entry file(byte[] content) {
      return new Entry(content.clone());
    }

    boolean isDirectory() {
      return content == null;
    }
  }

  Disk() {
    entries.put("/", Entry.directory());
    makeDirectory("create", HOME);
    makeDirectory("create", "/tmp");
  }

  /**
   * The absolute path without {@code .}, {@code ..} and empty parts.
   *
   * @throws IllegalArgumentException if it is malformed
   */
  static String absolute(String path) {
    if (path.isEmpty() || path.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a path is not empty and has no NUL");
    }
    Deque<String> parts = new ArrayDeque<>();
    for (String part : (path.startsWith("/") ? path : HOME + "/" + path).split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return "/" + String.join("/", parts);
  }

  FileInfo info(String operation, String path) {
    return locked(() -> info(path, require(operation, path)));
  }

  boolean exists(String path) {
    return locked(() -> entries.containsKey(path));
  }

  List<FileInfo> list(String operation, String directory, int depth) {
    return locked(
        () -> {
          if (!require(operation, directory).isDirectory()) {
            throw invalid(operation, directory, "it is not a directory");
          }
          List<FileInfo> found = new ArrayList<>();
          below(directory)
              .forEach(
                  (path, entry) -> {
                    if (depthOf(path) - depthOf(directory) <= depth) {
                      found.add(info(path, entry));
                    }
                  });
          return found;
        });
  }

  /** False if it existed already. */
  boolean makeDirectory(String operation, String path) {
    return locked(
        () -> {
          Entry entry = entries.get(path);
          if (entry != null && !entry.isDirectory()) {
            throw invalid(operation, path, "it is a file");
          }
          if (entry != null) {
            return false;
          }
          makeDirectory(operation, parent(path));
          entries.put(path, Entry.directory());
          return true;
        });
  }

  byte[] read(String operation, String path) {
    return locked(
        () -> {
          byte[] content = require(operation, path).content;
          if (content == null) {
            throw invalid(operation, path, "it is a directory");
          }
          return content.clone();
        });
  }

  void write(String operation, String path, byte[] content) {
    locked(
        () -> {
          Entry entry = entries.get(path);
          if (entry != null && entry.isDirectory()) {
            throw invalid(operation, path, "it is a directory");
          }
          makeDirectory(operation, parent(path));
          return entries.put(path, Entry.file(content));
        });
  }

  void move(String operation, String source, String target) {
    locked(
        () -> {
          Entry entry = require(operation, source);
          Entry replaced = entries.get(target);
          if (replaced != null && (replaced.isDirectory() || entry.isDirectory())) {
            throw invalid(operation, target, "a directory is never replaced, nor replaces a file");
          }
          if ((target + "/").startsWith(prefix(source))) {
            throw invalid(operation, target, "nothing can be moved into itself");
          }
          makeDirectory(operation, parent(target));
          Map<String, Entry> moved = new TreeMap<>(below(source));
          entries.keySet().removeAll(moved.keySet());
          moved.forEach(
              (path, each) -> entries.put(target + path.substring(source.length()), each));
          entries.remove(source);
          return entries.put(target, entry);
        });
  }

  boolean delete(String operation, String path) {
    return locked(
        () -> {
          if (path.equals("/")) {
            throw invalid(operation, path, "the root cannot be deleted");
          }
          below(path).clear();
          return entries.remove(path) != null;
        });
  }

  private SortedMap<String, Entry> below(String directory) {
    String prefix = prefix(directory);
    return entries.subMap(prefix, false, prefix + Character.MAX_VALUE, false);
  }

  private static String prefix(String directory) {
    return directory.equals("/") ? "/" : directory + "/";
  }

  private static int depthOf(String path) {
    return path.equals("/") ? 0 : (int) path.chars().filter(each -> each == '/').count();
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }

  private static FileInfo info(String path, Entry entry) {
    byte[] content = entry.content;
    String name = path.substring(path.lastIndexOf('/') + 1);
    return content == null
        ? FileInfo.named(path, name, FileType.DIRECTORY)
            .withStatus(0, 0755, "user", "user", entry.modified)
        : FileInfo.named(path, name, FileType.FILE)
            .withStatus(content.length, 0644, "user", "user", entry.modified);
  }

  private Entry require(String operation, String path) {
    Entry entry = entries.get(path);
    if (entry == null) {
      throw new NotFoundException(
          NotFoundException.What.FILE, Failure.of(operation, path, "there is nothing"));
    }
    return entry;
  }

  private static InvalidRequestException invalid(String operation, String path, String observed) {
    return new InvalidRequestException(Failure.of(operation, path, observed));
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
