package dev.sandpiper.e2b.files;

import dev.sandpiper.Content;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.Processes;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.e2b.E2bFileUrl;
import dev.sandpiper.e2b.E2bFilesystem;
import dev.sandpiper.e2b.E2bUrlOptions;
import dev.sandpiper.e2b.E2bWatchOptions;
import dev.sandpiper.e2b.E2bWriteOptions;
import dev.sandpiper.e2b.PartsUploadOptions;
import dev.sandpiper.e2b.connect.ConnectClient;
import dev.sandpiper.e2b.envd.EnvdErrors;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.files.AtomicWrite;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.FilePlatform;
import dev.sandpiper.files.FileReads;
import dev.sandpiper.files.HiddenFiles;
import dev.sandpiper.files.SandboxFiles;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.HttpUrl;

/** The files of one E2B sandbox: contents over {@code /files}, everything else over RPCs. */
public final class EnvdFiles extends SandboxFiles implements E2bFilesystem {
  private final SandboxAccess access;
  private final FilesystemRpc rpc;
  private final FileReads reads;
  private final FileWrites writes;
  private final AtomicWrite atomic;
  private final Listing listing;
  private final DirectoryCopies directories;
  private final FileUrls urls;
  private final PartsUpload parts;
  private final BackgroundThreads threads;

  public EnvdFiles(
      SandboxAccess access,
      HttpTransport transport,
      ConnectClient client,
      SandboxPaths paths,
      Processes processes,
      FileUrls urls,
      BackgroundThreads threads) {
    super(paths, 1);
    EnvdErrors errors = new EnvdErrors(What.FILE);
    this.access = access;
    this.rpc = new FilesystemRpc(client, access.envdVersion());
    this.reads =
        FileReads.streamed(transport, new EnvdFileServer(transport, errors, this::filesUrl));
    this.writes = new FileWrites(access.envdVersion(), transport, errors);
    FilePlatform platform =
        new EnvdFilePlatform(access.envdVersion(), rpc, reads, writes, this, processes);
    this.atomic = new AtomicWrite(platform, threads);
    this.listing = new Listing(rpc, processes);
    this.directories = new DirectoryCopies(platform, processes, threads);
    this.urls = urls;
    this.parts =
        new PartsUpload(
            transport,
            new HiddenFiles(platform, threads),
            writes,
            errors,
            access.envdUrl(),
            this::filesUrl,
            threads.executor(),
            new AtomicReference<>());
    this.threads = threads;
  }

  @Override
  public FileInfo stat(String path) {
    return rpc.stat("stat", paths().absolute(path));
  }

  @Override
  public boolean exists(String path) {
    return rpc.exists(paths().absolute(path));
  }

  @Override
  protected List<FileInfo> entries(String directory, int depth) {
    return listing.list(directory, depth);
  }

  @Override
  public boolean makeDirectory(String path) {
    return rpc.makeDirectory(paths().absolute(path));
  }

  @Override
  public FileInfo move(String source, String destination) {
    String from = paths().absolute(source);
    String to = paths().absolute(destination);
    String unknown = "it is unknown whether it was moved to " + to;
    return Ambiguity.saying(unknown, () -> rpc.move("move", from, to));
  }

  @Override
  protected boolean remove(String path) {
    if (rpc.look("delete", path).isEmpty()) {
      return false;
    }
    rpc.remove(path);
    return true;
  }

  @Override
  protected InputStream open(String path, ReadOptions options) {
    return reads.open("read", path, options);
  }

  @Override
  public void write(String path, Content content, E2bWriteOptions options) {
    write(paths().writable(path), content, content.length(), options);
  }

  @Override
  protected void write(String path, Content content, OptionalLong total, WriteOptions options) {
    write(path, content, total, E2bWriteOptions.of(options));
  }

  private void write(String path, Content content, OptionalLong total, E2bWriteOptions options) {
    FileWrites.Job job =
        new FileWrites.Job(
            path,
            filesUrl(path),
            content,
            new UploadProgress(options.common().listener(), total),
            options.metadata(),
            options.gzips());
    if (options.common().isAtomic()) {
      writes.requireVersion(job);
      atomic.replace(path, aside -> writes.upload(job.to(filesUrl(aside))));
    } else {
      writes.inPlace(job);
    }
  }

  @Override
  public void writeAll(Map<String, Content> files, E2bWriteOptions options) {
    if (options.common().isAtomic()) {
      throw new IllegalArgumentException(
          "writeAll does not support atomic(): files are written in place");
    }
    Map<String, Content> absolute = new LinkedHashMap<>();
    files.forEach(
        (path, content) -> {
          if (path.chars().anyMatch(letter -> letter < ' ' || letter == 0x7f)) {
            throw new IllegalArgumentException(
                "writeAll does not support a path with a control character, such as a line break;"
                    + " write that file with write(path)");
          }
          if (absolute.put(paths().writable(path), content) != null) {
            throw new IllegalArgumentException("the same file is given twice: " + path);
          }
        });
    if (!absolute.isEmpty()) {
      writes.together(absolute, formUrl(), options);
    }
  }

  @Override
  public void uploadInParts(Path source, String path, PartsUploadOptions options) {
    long size = sizeOf(source);
    String absolute = paths().writable(path);
    access.envdVersion().require(EnvdVersion.RAW_UPLOADS, "write", absolute, "a streamed upload");
    if (parts.isPossible(absolute, size, options.parallel())) {
      atomic.replace(absolute, aside -> parts.upload(source, size, absolute, aside, options));
    } else {
      upload(source, path, WriteOptions.inPlace().atomic().listener(options.listener()));
    }
  }

  @Override
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    return directories.download(paths().absolute(directory), target, options);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    return directories.upload(source, paths().absolute(directory), options);
  }

  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    return watch(directory, E2bWatchOptions.of(options));
  }

  @Override
  public EventStream<FileEvent> watch(String directory, E2bWatchOptions options) {
    return EnvdWatch.start(
        rpc, access.envdVersion(), paths().absolute(directory), options, threads);
  }

  @Override
  public E2bFileUrl downloadUrl(String path, E2bUrlOptions options) {
    return urls.download(paths().absolute(path), options);
  }

  @Override
  public E2bFileUrl uploadUrl(String path, E2bUrlOptions options) {
    return urls.upload(paths().writable(path), options);
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
