package dev.sandpiper.files;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.files.LinkMap.Link;
import dev.sandpiper.files.TarEntry.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Unpacks an archive from a sandbox into an empty local directory. The archive is untrusted: no
 * name may lead out of the directory; existing files are never overwritten; links are created last,
 * and only if they stay inside; special files are never created. Time and memory are bounded by the
 * bytes read, and those by the limit in the options. Not thread-safe.
 */
public final class DirectoryTarget {
  private static final int MOST_ENTRIES = 2_000_000;

  /** Allowed in addition to the limit, for the headers and padding of small directories. */
  private static final long FREE_BYTES = 1 << 20;

  private static final int OWNER_ALL = 0700;
  private static final int MOST_CLOSED_BYTES = 32 << 20;
  private static final int BYTES_PER_CLOSED = 128;

  private final Path root;
  private final DirectoryOptions options;
  private final Skipped skipped;
  private final Excludes excludes;
  private final LinkMap links = new LinkMap();

  /** The modes of directories that are not writable by the owner. They are set at the end. */
  private final NavigableMap<String, Integer> closed = new TreeMap<>();

  private long closedBytes;
  private Path lastParent;
  private final byte[] buffer = new byte[64 << 10];
  private long found;
  private long entries;
  private long bytes;

  private DirectoryTarget(Path root, DirectoryOptions options) {
    this.root = root;
    this.lastParent = root;
    this.options = options;
    this.skipped = new Skipped(options);
    this.excludes = Excludes.of(options.excludes());
  }

  /**
   * Unpacks an archive, up to the end of its stream.
   *
   * @param root an empty directory that nothing else writes to
   * @throws UnsafeEntryException if an entry cannot be copied and the options do not allow skipping
   *     it, or the directory is larger than the limit
   * @throws TarFormatException if it is not a tar archive, or an entry leads out of {@code root}
   * @throws java.io.InterruptedIOException if this thread is interrupted
   */
  public static DirectorySummary unpack(InputStream archive, Path root, DirectoryOptions options)
      throws IOException {
    DirectoryTarget target = new DirectoryTarget(root, options);
    long most = Math.min(options.limitBytes(), Long.MAX_VALUE - FREE_BYTES) + FREE_BYTES;
    TarReader reader = new TarReader(archive, most);
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      target.add(entry, reader);
    }
    return target.finish();
  }

  private void add(TarEntry entry, TarReader content) throws IOException {
    count();
    String name = relative(entry.name());
    if (name.isEmpty() || excludes.excludes(name, entry.kind() == Kind.DIRECTORY)) {
      return; // the directory itself, or excluded by the caller
    }
    if (!entry.isText()) {
      skipped.add(name, "its name is not UTF-8");
    } else if (entry.kind() == Kind.SPECIAL) {
      skipped.add(name, "it is not a file, directory or link");
    } else if (entry.kind() == Kind.HARD_LINK && excludes.excludes(relative(entry.link()), false)) {
      skipped.add(name, "it is a hard link to an excluded file");
    } else {
      make(entry, name, content);
      entries++;
      tell();
    }
  }

  private void count() throws TarFormatException {
    found++;
    if (found > MOST_ENTRIES) {
      throw new TarFormatException("the archive has more than " + MOST_ENTRIES + " entries");
    }
  }

  /** Normalizes a name; rejects one that leads out of the directory. */
  private static String relative(String name) throws TarFormatException {
    if (name.startsWith("/") || name.indexOf('\0') >= 0) {
      throw new TarFormatException("the archive has a name that is absolute or has a NUL", name);
    }
    StringBuilder relative = new StringBuilder();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new TarFormatException(
            "the archive has a name that leads out of the directory", name);
      }
      if (!part.isEmpty() && !part.equals(".")) {
        relative.append(relative.isEmpty() ? "" : "/").append(part);
      }
    }
    return relative.toString();
  }

  private void make(TarEntry entry, String name, TarReader content) throws IOException {
    try {
      links.requireFree(name);
      Path path = path(name);
      makeParents(path);
      switch (entry.kind()) {
        case DIRECTORY -> makeDirectory(path, name, entry.mode() & 0777);
        case FILE -> makeFile(path, entry, content);
        case HARD_LINK -> makeHardLink(path, path(relative(entry.link())));
        case LINK -> rememberLink(path, name, entry.link());
        case SPECIAL -> throw new IllegalStateException("special files are never created");
      }
    } catch (FileAlreadyExistsException e) {
      throw new TarFormatException(
          "the archive has two entries with the same name on this machine's file system", name);
    }
  }

  /**
   * The local path of an entry. Each part of its name must be a single file name on this machine
   * too.
   */
  private Path path(String name) throws IOException {
    try {
      for (String part : name.split("/", -1)) {
        Path local = root.getFileSystem().getPath(part);
        if (local.isAbsolute() || local.getNameCount() != 1 || !local.toString().equals(part)) {
          throw new TarFormatException(
              "the archive has a name that is not valid on this machine", part);
        }
      }
      return root.resolve(name);
    } catch (InvalidPathException e) {
      throw new TarFormatException(
          "this JVM cannot create a file with this name (set sun.jnu.encoding to UTF-8)", name);
    }
  }

  /** Creates the parents. None of them can be a link, because links are created last. */
  private void makeParents(Path path) throws IOException {
    Path parent = requireNonNull(path.getParent());
    if (parent.equals(lastParent)) {
      return;
    }
    lastParent = parent;
    Deque<Path> missing = new ArrayDeque<>();
    while (!parent.equals(root) && !Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) {
      missing.push(parent);
      parent = requireNonNull(parent.getParent());
    }
    for (Path directory : missing) {
      count();
      Files.createDirectory(directory);
    }
  }

  /**
   * Creates a directory, which may exist already as a parent. A mode without write permission is
   * set at the end.
   */
  private void makeDirectory(Path path, String name, int mode) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(path);
    }
    LocalEntry.setMode(path, mode | OWNER_ALL);
    closed.remove(name);
    if ((mode & OWNER_ALL) != OWNER_ALL) {
      closed.put(name, mode);
      closedBytes += name.length() + BYTES_PER_CLOSED;
    }
    if (closedBytes > MOST_CLOSED_BYTES) {
      throw new TarFormatException("the archive has too many directories without write permission");
    }
  }

  private void makeFile(Path path, TarEntry entry, TarReader content) throws IOException {
    requireRoom(entry.size());
    try (OutputStream file =
        Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
        file.write(buffer, 0, count);
        bytes += count;
        tell();
      }
    }
    LocalEntry.setMode(path, entry.mode() & 0777);
  }

  private void requireRoom(long size) throws UnsafeEntryException {
    if (size > options.limitBytes() - bytes) {
      throw new UnsafeEntryException(
          "the directory exceeds the limit of " + options.limitBytes() + " bytes");
    }
  }

  private void rememberLink(Path path, String name, String to) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(name);
    }
    links.add(name, to);
  }

  private void makeHardLink(Path path, Path earlier) throws IOException {
    if (!Files.isRegularFile(earlier, LinkOption.NOFOLLOW_LINKS)) {
      throw new TarFormatException(
          "the archive has a hard link to a file that does not precede it");
    }
    try {
      Files.createLink(path, earlier);
    } catch (UnsupportedOperationException e) {
      requireRoom(Files.size(earlier));
      Files.copy(earlier, path);
      bytes += Files.size(path);
    }
  }

  private DirectorySummary finish() throws IOException {
    for (Link link : links.followed()) {
      if (link.leadsOut()) {
        String target = TarFormatException.cut(link.target());
        skipped.add(link.name(), "it is a link that leads out of the directory, to " + target);
        entries--;
      }
    }
    for (Link link : links.followed()) {
      if (!link.leadsOut()) {
        makeLink(link);
      }
    }
    // In reverse order, so that a directory's children are done before it becomes unwritable.
    for (Map.Entry<String, Integer> directory : closed.descendingMap().entrySet()) {
      LocalEntry.setMode(root.resolve(directory.getKey()), directory.getValue());
    }
    tell();
    return new DirectorySummary(entries, bytes, skipped.reported(), skipped.count());
  }

  private void makeLink(Link link) throws IOException {
    TarReader.requireNoInterrupt();
    try {
      Files.createSymbolicLink(path(link.name()), root.getFileSystem().getPath(link.target()));
    } catch (InvalidPathException e) {
      throw new TarFormatException(
          "the archive has a link whose target is not valid on this machine", link.target());
    }
  }

  private void tell() {
    options.listener().progress(new TransferProgress(bytes, OptionalLong.empty(), entries));
  }
}
