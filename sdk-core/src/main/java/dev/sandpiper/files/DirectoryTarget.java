package dev.sandpiper.files;

import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.TransferProgress;
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
import java.util.OptionalLong;

/**
 * Unpacks an archive from a sandbox into an empty directory of this machine. The archive is
 * hostile: each name is taken apart and must lead down; every file is made new; links are made
 * last, and only those that stay inside; special files never. For one thread.
 */
public final class DirectoryTarget {
  private static final int MOST_ENTRIES = 2_000_000;
  private static final int LONGEST_NAME = 4096;
  private static final int ORDINARY_MODE = 0755;

  private record DirectoryMode(Path path, int mode) {}

  private final Path root;
  private final DirectoryOptions options;
  private final Skipped skipped;
  private final LinkMap links = new LinkMap();
  private final Deque<DirectoryMode> modes = new ArrayDeque<>();
  private final byte[] buffer = new byte[64 << 10];
  private long entries;
  private long bytes;

  private DirectoryTarget(Path root, DirectoryOptions options) {
    this.root = root;
    this.options = options;
    this.skipped = new Skipped(options);
  }

  /**
   * Reads an archive to the end of its stream.
   *
   * @param root an empty directory that nobody else writes to
   * @throws UnsafeEntryException if it holds what cannot be copied and must not be left out
   * @throws TarFormatException if it is none, or wants to be written elsewhere
   */
  public static DirectorySummary unpack(InputStream archive, Path root, DirectoryOptions options)
      throws IOException {
    DirectoryTarget target = new DirectoryTarget(root, options);
    TarReader reader = new TarReader(archive);
    for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
      target.add(entry, reader);
    }
    return target.finish();
  }

  private void add(TarEntry entry, TarReader content) throws IOException {
    if (entries + skipped.count() >= MOST_ENTRIES) {
      throw new TarFormatException("more than " + MOST_ENTRIES + " entries in the archive");
    }
    String name = relative(entry.name());
    if (name.isEmpty()) {
      return; // the directory itself
    }
    if (!entry.isText()) {
      skipped.add(name, "its name is not UTF-8");
    } else if (entry.kind() == Kind.SPECIAL) {
      skipped.add(name, "it is no file, directory or link");
    } else {
      make(entry, name, content);
      entries++;
      tell();
    }
  }

  /** Without what means nothing; what leads anywhere but down is refused. */
  private static String relative(String name) throws TarFormatException {
    if (name.startsWith("/") || name.indexOf('\0') >= 0 || name.length() > LONGEST_NAME) {
      throw new TarFormatException("a name in the archive that is absolute, or none: " + cut(name));
    }
    StringBuilder relative = new StringBuilder();
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new TarFormatException("a name in the archive that leads out: " + cut(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        relative.append(relative.isEmpty() ? "" : "/").append(part);
      }
    }
    return relative.toString();
  }

  private static String cut(String name) {
    return name.length() > 200 ? name.substring(0, 200) + "..." : name;
  }

  private void make(TarEntry entry, String name, TarReader content) throws IOException {
    try {
      Path path = locate(name);
      switch (entry.kind()) {
        case DIRECTORY -> makeDirectory(path, entry.mode());
        case FILE -> makeFile(path, entry, content);
        case HARD_LINK -> makeHardLink(path, locate(relative(entry.link())));
        case LINK -> rememberLink(path, name, entry.link());
        case SPECIAL -> throw new IllegalStateException("special files are never made");
      }
    } catch (FileAlreadyExistsException e) {
      throw new TarFormatException(
          "two entries of one name in the archive, as this machine takes names: " + cut(name));
    }
  }

  /** Where a name belongs, its parents made. Each part must be one name on this machine too. */
  private Path locate(String name) throws IOException {
    Path path = root;
    StringBuilder walked = new StringBuilder();
    for (String part : name.split("/", -1)) {
      if (links.contains(walked.toString())) {
        throw new TarFormatException("an entry below a link in the archive: " + cut(name));
      }
      if (!path.equals(root)) {
        Files.createDirectories(path);
      }
      walked.append(walked.isEmpty() ? "" : "/").append(part);
      path = child(path, part);
    }
    if (links.contains(walked.toString())) {
      throw new TarFormatException("two entries of one name in the archive: " + cut(name));
    }
    return path;
  }

  private static Path child(Path parent, String part) throws IOException {
    try {
      Path child = parent.getFileSystem().getPath(part);
      if (child.isAbsolute() || child.getNameCount() != 1 || !child.toString().equals(part)) {
        throw new TarFormatException("a name that is none on this machine: " + cut(part));
      }
      return parent.resolve(child);
    } catch (InvalidPathException e) {
      throw new TarFormatException(
          "a name that this JVM cannot give to a file (sun.jnu.encoding should be UTF-8): "
              + cut(part));
    }
  }

  /** It may be there, for what it holds. Its mode comes last: it may forbid writing. */
  private void makeDirectory(Path path, int mode) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(path);
    }
    if ((mode & 0777) != ORDINARY_MODE) {
      modes.push(new DirectoryMode(path, mode & 0777));
    }
  }

  private void makeFile(Path path, TarEntry entry, TarReader content) throws IOException {
    if (entry.size() > options.limit() - bytes) {
      throw new UnsafeEntryException(
          "the directory has more than " + options.limit() + " bytes, which is the limit");
    }
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

  private void rememberLink(Path path, String name, String to) throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(name);
    }
    links.add(name, to);
  }

  private static void makeHardLink(Path path, Path earlier) throws IOException {
    if (!Files.isRegularFile(earlier, LinkOption.NOFOLLOW_LINKS)) {
      throw new TarFormatException("a hard link in the archive to no file before it");
    }
    try {
      Files.createLink(path, earlier);
    } catch (UnsupportedOperationException e) {
      Files.copy(earlier, path);
    }
  }

  private DirectorySummary finish() throws IOException {
    for (Map.Entry<String, String> link : links.all().entrySet()) {
      if (link.getValue().isEmpty() || links.leadsOut(link.getKey())) {
        skipped.add(link.getKey(), "it is a link that leads out, to " + cut(link.getValue()));
        entries--;
      }
    }
    for (Map.Entry<String, String> link : links.all().entrySet()) {
      if (!link.getValue().isEmpty() && !links.leadsOut(link.getKey())) {
        makeLink(link.getKey(), link.getValue());
      }
    }
    for (DirectoryMode directory : modes) {
      LocalEntry.setMode(directory.path, directory.mode);
    }
    tell();
    return new DirectorySummary(entries, bytes, skipped.told(), skipped.count());
  }

  private void makeLink(String name, String target) throws IOException {
    Path path = root;
    for (String part : name.split("/", -1)) {
      path = child(path, part);
    }
    try {
      Files.createSymbolicLink(path, root.getFileSystem().getPath(target));
    } catch (InvalidPathException e) {
      throw new TarFormatException("a link to what is no name on this machine: " + cut(target));
    }
  }

  private void tell() {
    options.listener().progress(new TransferProgress(bytes, OptionalLong.empty(), entries));
  }
}
