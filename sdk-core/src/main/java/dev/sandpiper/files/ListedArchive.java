package dev.sandpiper.files;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.FileType;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A directory of a sandbox as the tar archive that the sandbox itself cannot make: put together
 * here, while it is read, from listings and single files. Whoever unpacks it checks it as any
 * other. For one thread.
 */
public final class ListedArchive extends InputStream {
  private static final int END = 2 * TarReader.BLOCK;

  /**
   * One entry as a listing has it.
   *
   * @param name its own, not its path
   * @param target what a link says; empty for the rest
   */
  public record Entry(String name, FileType type, long size, int mode, String target) {
    public Entry {
      requireNonNull(name, "name");
      requireNonNull(type, "type");
      requireNonNull(target, "target");
    }
  }

  /** The directory, by paths below it; its own is empty. */
  public interface Tree {
    /** What is in a directory, in any order. */
    List<Entry> list(String directory) throws IOException;

    /** Opens a file. */
    InputStream open(String file) throws IOException;

    /** The failure to throw about a file that has fewer bytes than it was listed with. */
    IOException shortened(String file);
  }

  private record Level(String prefix, Iterator<Entry> entries) {}

  private final Tree tree;
  private final Deque<Level> levels = new ArrayDeque<>();
  private byte[] ready = {};
  private int readyRead;
  private @Nullable InputStream content;
  private String name = "";
  private long size;
  private long left;
  private boolean ended;

  public ListedArchive(Tree tree) throws IOException {
    this.tree = tree;
    enter("");
  }

  private void enter(String directory) throws IOException {
    String prefix = directory.isEmpty() ? "" : directory + "/";
    levels.push(new Level(prefix, tree.list(directory).iterator()));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (readyRead == ready.length) {
      if (left > 0) {
        return readContent(target, offset, length);
      }
      if (!advance()) {
        return -1;
      }
    }
    int count = Math.min(length, ready.length - readyRead);
    System.arraycopy(ready, readyRead, target, offset, count);
    readyRead += count;
    return count;
  }

  /** Not more than was listed: a file that grows meanwhile ends where it ended then. */
  private int readContent(byte[] target, int offset, int length) throws IOException {
    InputStream file = content;
    int count = file == null ? -1 : file.read(target, offset, (int) Math.min(length, left));
    if (count < 0) {
      throw tree.shortened(name);
    }
    left -= count;
    return count;
  }

  /** On to the padding of this file, the next entry, or the end. False behind the end. */
  private boolean advance() throws IOException {
    if (content != null) {
      content.close();
      content = null;
      ready(new byte[TarReader.padding(size)]);
      return true;
    }
    while (!levels.isEmpty()) {
      Level level = levels.element();
      if (level.entries.hasNext()) {
        begin(level.prefix, level.entries.next());
        return true;
      }
      levels.remove();
    }
    boolean more = !ended;
    ended = true;
    ready(new byte[more ? END : 0]);
    return more;
  }

  private void begin(String prefix, Entry entry) throws IOException {
    name = prefix + entry.name();
    switch (entry.type()) {
      case DIRECTORY -> {
        ready(TarHeader.directory(name, entry.mode(), 0));
        enter(name);
      }
      case FILE -> {
        ready(TarHeader.file(name, entry.mode(), entry.size(), 0));
        size = entry.size();
        left = size;
        content = size == 0 ? null : tree.open(name);
      }
      case LINK -> ready(TarHeader.link(name, entry.target(), 0));
      case OTHER -> ready(TarHeader.special(name));
    }
  }

  private void ready(byte[] bytes) {
    ready = bytes;
    readyRead = 0;
  }

  @Override
  public void close() throws IOException {
    if (content != null) {
      content.close();
    }
  }
}
