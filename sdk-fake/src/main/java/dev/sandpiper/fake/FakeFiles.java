package dev.sandpiper.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.FileType;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.TransferListener;
import dev.sandpiper.TransferProgress;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** The files of one sandbox, in memory. A transfer's listener is called once, at its end. */
final class FakeFiles implements Filesystem {
  private static final int TEXT_LIMIT = 16 << 20;

  /** Called before each operation. */
  interface Calls {
    void called(String operation, String subject, Capability... needed);
  }

  private final Disk disk;
  private final Calls calls;

  FakeFiles(Disk disk, Calls calls) {
    this.disk = disk;
    this.calls = calls;
  }

  private String called(String operation, String path, Capability... needed) {
    String absolute = Disk.absolute(path);
    calls.called(operation, absolute, needed);
    return absolute;
  }

  @Override
  public FileInfo stat(String path) {
    return disk.info("stat", called("stat", path, Capability.FILE_STATUS));
  }

  @Override
  public boolean exists(String path) {
    return disk.exists(called("exists", path, Capability.FILE_STATUS));
  }

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be positive: " + depth);
    }
    return disk.list("list", called("list", directory), depth);
  }

  @Override
  public boolean makeDirectory(String path) {
    return disk.makeDirectory("makeDirectory", called("makeDirectory", path));
  }

  @Override
  public FileInfo move(String source, String destination) {
    String from = called("move", source, Capability.MOVE);
    String to = Disk.absolute(destination);
    disk.move("move", from, to);
    return disk.info("move", to);
  }

  @Override
  public boolean delete(String path) {
    String absolute = called("delete", path);
    if (path.matches("/+|(.*/)?\\.{1,2}/*")) {
      throw new IllegalArgumentException(
          "a path to delete must end in the name of an entry, not in '/', '.' or '..': " + path);
    }
    return disk.delete("delete", absolute);
  }

  @Override
  public InputStream read(String path, ReadOptions options) {
    boolean isPart = options.offset() > 0 || options.length().isPresent();
    Capability[] needed = isPart ? new Capability[] {Capability.RANGES} : new Capability[0];
    String absolute = called("read", path, needed);
    byte[] content = disk.read("read", absolute);
    if (options.offset() > content.length) {
      throw new InvalidRequestException(
          Failure.of("read", absolute, "it has " + content.length + " bytes only"));
    }
    int from = (int) options.offset();
    long length = Math.min(options.length().orElse(Long.MAX_VALUE), content.length - from);
    tell(options.listener(), length);
    return new ByteArrayInputStream(content, from, (int) length);
  }

  @Override
  public byte[] readBytes(String path, int limit) {
    return readBytes("readBytes", path, limit);
  }

  private byte[] readBytes(String operation, String path, int limit) {
    String absolute = called(operation, path);
    byte[] content = disk.read(operation, absolute);
    if (content.length > limit) {
      throw new InvalidRequestException(
          Failure.of(operation, absolute, "it has more than " + limit + " bytes"));
    }
    return content;
  }

  @Override
  public String readText(String path) {
    byte[] content = readBytes("readText", path, TEXT_LIMIT);
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidRequestException(Failure.of("readText", path, "it is not UTF-8"), e);
    }
  }

  @Override
  public void write(String path, Content content, WriteOptions options) {
    Capability[] needed =
        options.isAtomic() ? new Capability[] {Capability.MOVE} : new Capability[0];
    if (path.endsWith("/")) {
      throw new InvalidRequestException(
          Failure.of("write", path, "the path ends like that of a directory"));
    }
    String absolute = called("write", path, needed);
    byte[] bytes = local("write", absolute, () -> readAll(content));
    disk.write("write", absolute, bytes);
    tell(options.listener(), bytes.length);
  }

  private static byte[] readAll(Content content) throws IOException {
    try (InputStream stream = content.open()) {
      return stream.readAllBytes();
    }
  }

  @Override
  public void upload(Path source, String path, WriteOptions options) {
    write(path, Content.of(source), options);
  }

  @Override
  public void download(String path, Path target, TransferListener listener) {
    String absolute = called("download", path);
    byte[] content = disk.read("download", absolute);
    local("download", absolute, () -> Files.write(target, content));
    tell(listener, content.length);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    String to = called("uploadDirectory", directory, Capability.DIRECTORIES);
    disk.makeDirectory("uploadDirectory", to);
    Copied copied = new Copied();
    local(
        "uploadDirectory",
        to,
        () -> {
          try (Stream<Path> found = Files.walk(source)) {
            for (Path each : found.filter(each -> !each.equals(source)).sorted().toList()) {
              upload(each, Disk.absolute(to + "/" + slashes(source.relativize(each))), copied);
            }
          }
          return copied;
        });
    tell(options.listener(), copied.bytes);
    return copied.summary();
  }

  private void upload(Path source, String path, Copied copied) throws IOException {
    if (Files.isDirectory(source)) {
      disk.makeDirectory("uploadDirectory", path);
      copied.add(0);
    } else {
      byte[] content = Files.readAllBytes(source);
      disk.write("uploadDirectory", path, content);
      copied.add(content.length);
    }
  }

  private static String slashes(Path relative) {
    return relative.toString().replace(relative.getFileSystem().getSeparator(), "/");
  }

  @Override
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    String from = called("downloadDirectory", directory, Capability.DIRECTORIES);
    List<FileInfo> entries = disk.list("downloadDirectory", from, Integer.MAX_VALUE);
    Copied copied = new Copied();
    local(
        "downloadDirectory",
        from,
        () -> {
          Files.createDirectories(target);
          for (FileInfo entry : entries) {
            download(entry, target.resolve(entry.path().substring(from.length() + 1)), copied);
          }
          return copied;
        });
    tell(options.listener(), copied.bytes);
    return copied.summary();
  }

  private void download(FileInfo entry, Path target, Copied copied) throws IOException {
    if (entry.type() == FileType.DIRECTORY) {
      Files.createDirectories(target);
      copied.add(0);
    } else {
      byte[] content = disk.read("downloadDirectory", entry.path());
      Files.write(target, content);
      copied.add(content.length);
    }
  }

  private static final class Copied {
    private long entries;
    private long bytes;

    void add(int length) {
      entries++;
      bytes += length;
    }

    DirectorySummary summary() {
      return new DirectorySummary(entries, bytes, List.of(), 0);
    }
  }

  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    throw new UnsupportedCapabilityException(
        Failure.of("watch", directory, "the fake has no watches"), Capability.WATCH);
  }

  private static void tell(TransferListener listener, long bytes) {
    listener.progress(new TransferProgress(bytes, OptionalLong.of(bytes), 1));
  }

  private interface Local<T> {
    T run() throws IOException;
  }

  /** A failure on this machine is not a failure of the sandbox. */
  private static <T> T local(String operation, String path, Local<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new CancelledException(
          Failure.of(operation, path, "a file or stream of this machine failed: " + e.getMessage()),
          e);
    }
  }
}
