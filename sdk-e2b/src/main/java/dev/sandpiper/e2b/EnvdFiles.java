package dev.sandpiper.e2b;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Processes;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.LocalFile;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import okhttp3.HttpUrl;

/** The files of one E2B sandbox: bytes over {@code /files}, the rest over its RPCs. */
final class EnvdFiles implements E2bFilesystem {
  private final SandboxAccess access;
  private final SandboxPaths paths;
  private final FilesystemRpc rpc;
  private final FileReads reads;
  private final FileWrites writes;
  private final AtomicWrite atomic;
  private final Listing listing;
  private final DirectoryCopies directories;
  private final FileUrls urls;
  private final PartsUpload parts;
  private final Executor executor;

  EnvdFiles(
      SandboxAccess access,
      HttpTransport transport,
      ConnectClient client,
      SandboxPaths paths,
      Processes processes,
      FileUrls urls,
      Executor executor) {
    EnvdErrors errors = new EnvdErrors(What.FILE);
    this.access = access;
    this.paths = paths;
    this.rpc = new FilesystemRpc(client, access.envdVersion());
    this.reads = new FileReads(transport, errors);
    this.writes = new FileWrites(access.envdVersion(), transport, errors);
    this.atomic = new AtomicWrite(rpc, processes);
    this.listing = new Listing(rpc, processes);
    this.directories =
        new DirectoryCopies(
            new EnvdArchives(access.envdVersion(), rpc, reads, writes, this), processes);
    this.urls = urls;
    this.parts =
        new PartsUpload(
            transport,
            rpc,
            writes,
            errors,
            Routes.under(access.envdUrl(), "files", "compose"),
            this::filesUrl,
            executor);
    this.executor = executor;
  }

  @Override
  public FileInfo stat(String path) {
    return rpc.stat("stat", paths.absolute(path));
  }

  @Override
  public boolean exists(String path) {
    return rpc.exists(paths.absolute(path));
  }

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("a listing is at least one level deep, not " + depth);
    }
    return listing.list(paths.absolute(directory), depth);
  }

  @Override
  public boolean makeDirectory(String path) {
    return rpc.makeDirectory(paths.absolute(path));
  }

  @Override
  public FileInfo move(String source, String destination) {
    String from = paths.absolute(source);
    String to = paths.absolute(destination);
    try {
      return rpc.move("move", from, to);
    } catch (SandboxException e) {
      throw Ambiguity.mayHaveStarted(e)
          ? Ambiguity.unknown(e, "whether it was moved to " + to + " cannot be known")
          : e;
    }
  }

  @Override
  public boolean delete(String path) {
    String absolute = paths.absolute(path);
    if (absolute.matches("/+(\\.{0,2}/+)*\\.{0,2}")) {
      throw new IllegalArgumentException("that would delete the whole sandbox: " + path);
    }
    if (rpc.look("delete", absolute).isEmpty()) {
      return false;
    }
    rpc.remove(absolute);
    return true;
  }

  @Override
  public InputStream read(String path, ReadOptions options) {
    String absolute = paths.absolute(path);
    return reads.open("read", absolute, filesUrl(absolute), options);
  }

  @Override
  public byte[] readBytes(String path, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("no file has at most " + limit + " bytes");
    }
    try (InputStream stream = read(path)) {
      byte[] bytes = stream.readNBytes(limit);
      if (stream.read() >= 0) {
        throw FilesystemRpc.refused(
            "read",
            path,
            "it has more than the " + limit + " bytes that were asked for; stream it");
      }
      return bytes;
    } catch (SandboxIOException e) {
      throw e.failure();
    } catch (IOException e) {
      throw new UncheckedIOException("read " + path, e);
    }
  }

  @Override
  public String readText(String path) {
    byte[] bytes = readBytes(path);
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new dev.sandpiper.InvalidRequestException(
          Failure.of("read", path, "it is not UTF-8; readBytes has it as it is"), e);
    }
  }

  @Override
  public void write(String path, Content content, WriteOptions options) {
    write(path, content, E2bWriteOptions.of(options));
  }

  @Override
  public void write(String path, Content content, E2bWriteOptions options) {
    write(path, content, content.length(), options);
  }

  private void write(String path, Content content, OptionalLong total, E2bWriteOptions options) {
    String absolute = paths.absolute(path);
    FileWrites.Job job =
        new FileWrites.Job(
            absolute,
            filesUrl(absolute),
            content,
            total,
            options.common().listener(),
            options.metadata(),
            options.isGzip());
    if (options.common().isAtomic()) {
      writes.requireVersion(job);
      atomic.replace(absolute, aside -> writes.upload(job.to(filesUrl(aside))));
    } else {
      writes.inPlace(job);
    }
  }

  @Override
  public void writeAll(Map<String, Content> files, E2bWriteOptions options) {
    if (options.common().isAtomic()) {
      throw new IllegalArgumentException("several files are written in place, never atomically");
    }
    Map<String, Content> absolute = new LinkedHashMap<>();
    files.forEach(
        (path, content) -> {
          if (path.chars().anyMatch(letter -> letter == '\r' || letter == '\n')) {
            throw new IllegalArgumentException(
                "a path with a line break cannot be one of several; write it alone");
          }
          if (absolute.put(paths.absolute(path), content) != null) {
            throw new IllegalArgumentException("two contents for one file: " + path);
          }
        });
    if (!absolute.isEmpty()) {
      writes.together(absolute, formUrl(), options);
    }
  }

  @Override
  public void download(String path, Path target, TransferListener listener) {
    try (InputStream source = read(path, ReadOptions.whole().listener(listener))) {
      LocalFile.replace(target, source);
    } catch (SandboxIOException e) {
      throw e.failure();
    } catch (IOException e) {
      throw new UncheckedIOException("download " + path + " to " + target, e);
    }
  }

  @Override
  public void upload(Path source, String path, WriteOptions options) {
    OptionalLong total = OptionalLong.of(sizeOf(source));
    write(path, Content.of(source), total, E2bWriteOptions.of(options));
  }

  private static long sizeOf(Path source) {
    if (!Files.isRegularFile(source)) {
      throw new UncheckedIOException(
          new NoSuchFileException(source.toString(), null, "no file to upload"));
    }
    try {
      return Files.size(source);
    } catch (IOException e) {
      throw new UncheckedIOException("upload " + source, e);
    }
  }

  @Override
  public void uploadInParts(Path source, String path, E2bPartsOptions options) {
    long size = sizeOf(source);
    String absolute = paths.absolute(path);
    access
        .envdVersion()
        .require(EnvdVersion.RAW_UPLOADS, "write", absolute, "a streamed upload", null);
    if (parts.isPossible(absolute, size, options.parallel())) {
      atomic.replace(absolute, aside -> parts.upload(source, size, absolute, aside, options));
    } else {
      upload(source, path, WriteOptions.inPlace().atomic().listener(options.listener()));
    }
  }

  @Override
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    return directories.download(paths.absolute(directory), target, options);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    return directories.upload(source, paths.absolute(directory), options);
  }

  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    return watch(directory, E2bWatchOptions.of(options));
  }

  @Override
  public EventStream<FileEvent> watch(String directory, E2bWatchOptions options) {
    return EnvdWatch.start(rpc, access.envdVersion(), paths.absolute(directory), options, executor);
  }

  @Override
  public E2bFileUrl downloadUrl(String path, E2bUrlOptions options) {
    return urls.download(paths.absolute(path), options);
  }

  @Override
  public E2bFileUrl uploadUrl(String path, E2bUrlOptions options) {
    return urls.upload(paths.absolute(path), options);
  }

  HttpUrl filesUrl(String path) {
    return url(allFiles().addQueryParameter("path", path));
  }

  HttpUrl formUrl() {
    return url(allFiles());
  }

  private HttpUrl.Builder allFiles() {
    return Routes.under(access.envdUrl(), "files").newBuilder();
  }

  private HttpUrl url(HttpUrl.Builder url) {
    return access.envdVersion().isBefore(EnvdVersion.DEFAULT_USER)
        ? url.addQueryParameter("username", "user").build()
        : url.build();
  }
}
