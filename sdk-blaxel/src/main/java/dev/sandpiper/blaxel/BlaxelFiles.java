package dev.sandpiper.blaxel;

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
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WatchOptions;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.blaxel.FileCommands.Job;
import dev.sandpiper.files.DirectoryCopies;
import dev.sandpiper.files.LocalFile;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import okhttp3.HttpUrl;

/**
 * The files of one Blaxel sandbox: bytes by the platform's own calls, the rest by scripts of ours.
 * Every path is sent absolute and as one segment, its slashes as {@code %2F}: in any other spelling
 * the server may take it for another one.
 */
final class BlaxelFiles implements Filesystem {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
  private static final String PARTLY = "the file may hold a part of what was sent, or be gone";
  private static final Duration SHORT = Duration.ofSeconds(30);
  private static final Duration DELETION = Duration.ofMinutes(10);

  private final HttpTransport transport;
  private final HttpUrl base;
  private final SandboxPaths paths;
  private final Uploads uploads;
  private final FileReads reads;
  private final FileCommands commands;
  private final Listing listing;
  private final AtomicWrite atomic;
  private final DirectoryCopies directories;

  BlaxelFiles(
      HttpTransport transport, HttpUrl base, SandboxPaths paths, BlaxelProcesses processes) {
    this.transport = transport;
    this.base = base;
    this.paths = paths;
    this.uploads = new Uploads(transport, base);
    this.reads = new FileReads(transport);
    this.commands = new FileCommands(processes);
    this.listing = new Listing(commands);
    this.atomic = new AtomicWrite(commands, listing);
    this.directories = new DirectoryCopies(new BlaxelArchives(transport, this, uploads), processes);
  }

  @Override
  public FileInfo stat(String path) {
    return listing.stat("stat", paths.entry(path));
  }

  /**
   * One byte is asked for, because asking for the head alone always succeeds. Links are followed
   * there, so what is not found may be one that leads nowhere.
   */
  @Override
  public boolean exists(String path) {
    String absolute = paths.absolute(path);
    HttpRequest request =
        FileReads.raw("exists", absolute, url(absolute)).withHeader("Range", "bytes=0-0");
    try (HttpResponse response = transport.send(request)) {
      return switch (response.status()) {
        case 200, 206, 416 -> true;
        default -> throw FileErrors.of(response);
      };
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return listing.look("exists", paths.entry(path)).isPresent();
      }
      throw e;
    }
  }

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("a listing is at least one level deep, not " + depth);
    }
    return listing.list(paths.entry(directory), depth);
  }

  /** By a script, because the platform's own call does not say whether it was there. */
  @Override
  public boolean makeDirectory(String path) {
    String absolute = paths.entry(path);
    return commands.change(
        new Job("make directory", absolute, Scripts.MAKE_DIRECTORY, SHORT),
        "whether the directory was made cannot be known",
        absolute);
  }

  @Override
  public FileInfo move(String source, String destination) {
    String from = paths.entry(source);
    String to = paths.entry(destination);
    if (!from.equals(to)) {
      commands.change(
          new Job("move", from, Scripts.MOVE, SHORT),
          "whether it was moved to " + to + " cannot be known",
          from,
          to);
    }
    return listing.stat("move", to);
  }

  /** By a script, because the platform's own call cannot see a link that leads nowhere. */
  @Override
  public boolean delete(String path) {
    String absolute = paths.entry(path);
    if (absolute.matches("/+(\\.{0,2}/+)*\\.{0,2}")) {
      throw new IllegalArgumentException("that would delete the whole sandbox: " + path);
    }
    try {
      return commands.change(
          new Job("delete", absolute, Scripts.DELETE, DELETION),
          "a part of it may be deleted",
          absolute);
    } catch (NotFoundException e) {
      if (e.what() == What.FILE) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public InputStream read(String path, ReadOptions options) {
    return open(paths.absolute(path), options);
  }

  InputStream open(String absolute, ReadOptions options) {
    return reads.open("read", absolute, url(absolute), options);
  }

  @Override
  public byte[] readBytes(String path, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("no file has at most " + limit + " bytes");
    }
    try (InputStream stream = read(path)) {
      byte[] bytes = stream.readNBytes(limit);
      if (stream.read() >= 0) {
        throw new InvalidRequestException(
            Failure.of(
                "read",
                path,
                "it has more than the " + limit + " bytes that were asked for; stream it"));
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
      throw new InvalidRequestException(
          Failure.of("read", path, "it is not UTF-8; readBytes has it as it is"), e);
    }
  }

  @Override
  public void write(String path, Content content, WriteOptions options) {
    write(path, content, content.length(), options);
  }

  private void write(String path, Content content, OptionalLong total, WriteOptions options) {
    String absolute = paths.absolute(path);
    UploadProgress progress = new UploadProgress(options.listener(), total);
    if (options.isAtomic()) {
      atomic.replace(absolute, aside -> uploads.write(aside, content, progress));
      return;
    }
    write(absolute, content, progress);
  }

  private void write(String absolute, Content content, UploadProgress progress) {
    try {
      uploads.write(absolute, content, progress);
    } catch (SandboxException e) {
      // A source that failed says so already.
      boolean says = e instanceof CancelledException && e.getCause() != null;
      throw says || !Ambiguity.mayHaveStarted(e) ? e : Ambiguity.unknown(e, PARTLY);
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
    write(path, Content.of(source), OptionalLong.of(sizeOf(source)), options);
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
  public DirectorySummary downloadDirectory(
      String directory, Path target, DirectoryOptions options) {
    return directories.download(paths.entry(directory), target, options);
  }

  @Override
  public DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options) {
    return directories.upload(source, paths.entry(directory), options);
  }

  /** Blaxel tells changes, but not when it begins to see them, which a watch must know. */
  @Override
  public EventStream<FileEvent> watch(String directory, WatchOptions options) {
    throw new UnsupportedCapabilityException(
        Failure.of("watch", directory, "sandboxes at Blaxel have no " + Capability.WATCH),
        Capability.WATCH);
  }

  HttpUrl url(String absolute) {
    return url(base, "filesystem", absolute);
  }

  /**
   * The address of an absolute path under one of the server's routes, such as {@code filesystem}.
   */
  static HttpUrl url(HttpUrl base, String route, String absolute) {
    StringBuilder segment = new StringBuilder();
    for (byte one : absolute.getBytes(UTF_8)) {
      if (UNRESERVED.indexOf(one) >= 0) {
        segment.append((char) one);
      } else {
        segment.append('%').append(HexFormat.of().withUpperCase().toHexDigits(one));
      }
    }
    return base.newBuilder()
        .addPathSegments(route)
        .addEncodedPathSegment(segment.toString())
        .build();
  }
}
