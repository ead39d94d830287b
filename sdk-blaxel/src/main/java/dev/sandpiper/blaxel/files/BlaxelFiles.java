package dev.sandpiper.blaxel.files;

import dev.sandpiper.Capability;
import dev.sandpiper.Content;
import dev.sandpiper.DeadlineExceededException;
import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.DirectoryOptions;
import dev.sandpiper.DirectorySummary;
import dev.sandpiper.EventStream;
import dev.sandpiper.Failure;
import dev.sandpiper.FileEvent;
import dev.sandpiper.FileInfo;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.blaxel.BlaxelProcesses;
import dev.sandpiper.blaxel.files.FileCommands.Job;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.files.AtomicWrite;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.FilePlatform;
import dev.sandpiper.files.FileReads;
import dev.sandpiper.files.SandboxFiles;
import dev.sandpiper.files.SandboxPaths;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import okhttp3.HttpUrl;

/**
 * The files of one Blaxel sandbox: contents by the platform's own calls, everything else by
 * scripts. Every path is sent absolute and as one segment, with its slashes as {@code %2F}: the
 * server may resolve any other form to another path.
 */
public final class BlaxelFiles extends SandboxFiles {
  private static final String PARTLY = "the file may contain a part of the content, or be gone";
  private static final int ATTEMPTS = 3;
  private static final int PIECE = 1 << 20;
  private static final Duration GLANCE = Duration.ofSeconds(5);
  private static final Duration SHORT = Duration.ofSeconds(30);
  private static final Duration DELETION = Duration.ofMinutes(10);

  private final Uploads uploads;
  private final BlaxelFileServer server;
  private final FileReads reads;
  private final FileCommands commands;
  private final Listing listing;
  private final AtomicWrite atomic;
  private final DirectoryCopies directories;
  private final BackgroundThreads threads;

  public BlaxelFiles(
      HttpTransport transport,
      HttpUrl base,
      SandboxPaths paths,
      BlaxelProcesses processes,
      BackgroundThreads threads) {
    super(paths, ATTEMPTS);
    this.threads = threads;
    this.uploads = new Uploads(transport, base, threads.scope());
    this.commands = new FileCommands(processes);
    this.server = new BlaxelFileServer(base, commands);
    this.reads = FileReads.inPieces(transport, server, PIECE, threads.executor());
    FileReads archives = FileReads.inPieces(transport, server, Uploads.PIECE, threads.executor());
    this.listing = new Listing(commands);
    FilePlatform platform =
        new BlaxelFilePlatform(transport, base, commands, listing, archives, uploads);
    this.atomic = new AtomicWrite(platform, threads);
    this.directories = new DirectoryCopies(platform, processes, threads);
  }

  @Override
  public FileInfo stat(String path) {
    return listing.stat("stat", paths().entry(path));
  }

  /** Uses a script if the server follows a dangling link, or waits for a pipe. */
  @Override
  public boolean exists(String path) {
    String absolute = paths().absolute(path);
    return glance(absolute)
        .orElseGet(() -> listing.look("exists", paths().entry(absolute)).isPresent());
  }

  /** Requests one byte, because a HEAD request always succeeds. */
  private Optional<Boolean> glance(String path) {
    HttpRequest request =
        server
            .request("exists", path)
            .withHeader("Range", "bytes=0-0")
            .in(threads.scope())
            .within(GLANCE);
    try (HttpResponse response = reads.answer(request)) {
      return switch (response.status()) {
        case 200, 206, 416 -> Optional.of(true);
        default -> FileErrors.presence(response);
      };
    } catch (DeadlineExceededException e) {
      if (e.limit() == Limit.RESPONSE) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  protected List<FileInfo> entries(String directory, int depth) {
    return listing.list(paths().entry(directory), depth);
  }

  /** Uses a script, because the platform's own call does not report whether it existed. */
  @Override
  public boolean makeDirectory(String path) {
    String absolute = paths().entry(path);
    return commands.change(
        new Job("make directory", absolute, FileScripts.MAKE_DIRECTORY, SHORT),
        "it is unknown whether the directory was created",
        absolute);
  }

  @Override
  public FileInfo move(String source, String destination) {
    String from = paths().entry(source);
    String to = paths().entry(destination);
    if (!from.equals(to)) {
      commands.change(
          new Job("move", from, FileScripts.MOVE, SHORT),
          "it is unknown whether it was moved to " + to,
          from,
          to);
    }
    return listing.stat("move", to);
  }

  /** Uses a script, because the platform's own call does not find a dangling link. */
  @Override
  protected boolean remove(String path) {
    try {
      return commands.change(
          new Job("delete", path, FileScripts.DELETE, DELETION),
          "a part of it may have been deleted",
          path);
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return false;
      }
      throw e;
    }
  }

  @Override
  protected InputStream open(String path, ReadOptions options) {
    try {
      return reads.open("read", path, options);
    } catch (DeadlineExceededException e) {
      requireRegular(path, e);
      throw e;
    }
  }

  /** Explains a timeout: opening a pipe blocks until something writes to it. */
  private void requireRegular(String path, DeadlineExceededException cause) {
    try {
      server.requireRegular(path);
    } catch (InvalidRequestException e) {
      e.addSuppressed(cause);
      throw e;
    } catch (SandboxException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  protected void write(String path, Content content, OptionalLong total, WriteOptions options) {
    UploadProgress progress = new UploadProgress(options.listener(), total);
    if (options.isAtomic()) {
      atomic.replace(path, aside -> uploads.write(aside, content, progress));
      return;
    }
    try {
      uploads.write(path, content, progress);
    } catch (SandboxException e) {
      throw UploadProgress.withOutcome(e, PARTLY);
    }
  }

  @Override
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    return directories.download(paths().entry(directory), target, options);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    return directories.upload(source, paths().entry(directory), options);
  }

  /** Unsupported: Blaxel reports changes, but not when it begins to, which a watch must know. */
  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    throw new UnsupportedCapabilityException(
        Failure.of("watch", directory, "Blaxel sandboxes do not support " + Capability.WATCH),
        Capability.WATCH);
  }
}
