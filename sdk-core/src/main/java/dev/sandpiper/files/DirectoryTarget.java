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
 * Unpacks an archive from a sandbox into an empty directory of this machine. The archive is
 * hostile: each name is taken apart and must lead down; every file is made new; links are made
 * last, and only those that stay inside; special files never. Time and memory are bounded by what
 * was read, and that by the limit of the options. For one thread.
 */
public final class DirectoryTarget {
  private static final int MOST_ENTRIES = 2_000_000;

  /** Read beside as many bytes as the limit says: headers and padding of small directories. */
  private static final long FREE_BYTES = 1 << 20;

  private static final int OWNER_ALL = 0700;
  private static final int MOST_CLOSED_BYTES = 32 << 20;
  private static final int BYTES_PER_CLOSED = 128;

  private final Path root;
  private final DirectoryOptions options;
  private final Skipped skipped;
  private final Excludes excludes;
  private final LinkMap links = new LinkMap();

  /** The modes of directories that could not be filled with them. */
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
   * Reads an archive to the end of its stream.
   *
   * @param root an empty directory that nobody else writes to
   * @throws UnsafeEntryException if it holds what cannot be copied and must not be left out, or is
   *     larger than the limit
   * @throws TarFormatException if it is not an archive, or asks to be written elsewhere
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
      return; // the directory itself, or what the caller does not want
    }
    if (!entry.isText()) {
      skipped.add(name, "its name is not UTF-8");
    } else if (entry.kind() == Kind.SPECIAL) {
      skipped.add(name, "it is not a file, directory or link");
    } else if (entry.kind() == Kind.HARD_LINK && excludes.excludes(relative(entry.link()), false)) {
      skipped.add(name, "its content came under the name of a file that is excluded");
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

  /** Without what means nothing; what leads anywhere but down is refused. */
  private static String relative(String name) throws TarFormatException {
    if (name.startsWith("/") || name.indexOf('\0') >= 0) {
      throw new TarFormatException("a name in the archive is absolute, or has a NUL", name);
    }
    StringBuilder relative = new StringBuilder();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new TarFormatException("a name in the archive leads out", name);
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
        case SPECIAL -> throw new IllegalStateException("special files are never made");
      }
    } catch (FileAlreadyExistsException e) {
      throw new TarFormatException(
          "the archive has two entries of one name, as this machine takes names", name);
    }
  }

  /** Where a name belongs. Each part must be one name on this machine too. */
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
          "this JVM cannot give this name to a file (sun.jnu.encoding should be UTF-8)", name);
    }
  }

  /** There is nothing between root and path that could be a link: those are made last. */
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

  /** It may be there, for what it holds. A mode that forbids filling it comes last. */
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
      throw new TarFormatException("the archive has too many directories that forbid writing");
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
          "the directory has more than " + options.limitBytes() + " bytes, which is the limit");
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
      throw new TarFormatException("the archive has a hard link to no file before it");
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
        skipped.add(link.name(), "it is a link that leads out, to " + target);
        entries--;
      }
    }
    for (Link link : links.followed()) {
      if (!link.leadsOut()) {
        makeLink(link);
      }
    }
    // A directory comes before what it holds, so that is the other way round.
    for (Map.Entry<String, Integer> directory : closed.descendingMap().entrySet()) {
      LocalEntry.setMode(root.resolve(directory.getKey()), directory.getValue());
    }
    tell();
    return new DirectorySummary(entries, bytes, skipped.told(), skipped.count());
  }

  private void makeLink(Link link) throws IOException {
    TarReader.requireNoInterrupt();
    try {
      Files.createSymbolicLink(path(link.name()), root.getFileSystem().getPath(link.target()));
    } catch (InvalidPathException e) {
      throw new TarFormatException(
          "the archive has a link to a name that is not valid on this machine", link.target());
    }
  }

  private void tell() {
    options.listener().progress(new TransferProgress(bytes, OptionalLong.empty(), entries));
  }
}
