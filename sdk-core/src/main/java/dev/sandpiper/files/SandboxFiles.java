package dev.sandpiper.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.FileInfo;
import dev.sandpiper.Filesystem;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxIOException;
import dev.sandpiper.TransferListener;
import dev.sandpiper.WriteOptions;
import dev.sandpiper.engine.Nonce;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verbs that are the same on every platform, over the few that are not. A platform that lacks
 * an option overrides its verb, so as to refuse before a relative path is resolved.
 */
public abstract class SandboxFiles implements Filesystem {
  private static final Logger log = LoggerFactory.getLogger(SandboxFiles.class);

  private final SandboxPaths paths;
  private final int attempts;

  /**
   * @param attempts how often a download begins that broke and cannot be resumed
   */
  protected SandboxFiles(SandboxPaths paths, int attempts) {
    this.paths = paths;
    this.attempts = attempts;
  }

  protected final SandboxPaths paths() {
    return paths;
  }

  /** {@link #read(String, ReadOptions)} of an absolute path. */
  protected abstract InputStream open(String path, ReadOptions options);

  /** {@link #write(String, Content, WriteOptions)} to an absolute path, of a length if known. */
  protected abstract void write(
      String path, Content content, OptionalLong total, WriteOptions options);

  /** {@link #list(String, int)} of an absolute path and a depth of at least 1. */
  protected abstract List<FileInfo> entries(String directory, int depth);

  /** {@link #delete} of an absolute path that ends in the name of an entry. */
  protected abstract boolean remove(String path);

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("a listing is at least one level deep, not " + depth);
    }
    return entries(paths.absolute(directory), depth);
  }

  @Override
  public final boolean delete(String path) {
    return remove(paths.deletable(path));
  }

  @Override
  public InputStream read(String path, ReadOptions options) {
    return open(paths.absolute(path), options);
  }

  @Override
  public final byte[] readBytes(String path, int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("no file has at most " + limit + " bytes");
    }
    return transfer("read", path, () -> bytes(path, limit));
  }

  private byte[] bytes(String path, int limit) throws IOException {
    try (InputStream stream = read(path)) {
      byte[] bytes = stream.readNBytes(limit);
      if (stream.read() >= 0) {
        throw refused(
            "read",
            path,
            "it has more than the " + limit + " bytes that were asked for; stream it");
      }
      return bytes;
    }
  }

  @Override
  public final String readText(String path) {
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
    write(paths.writable(path), content, content.length(), options);
  }

  @Override
  public final void download(String path, Path target, TransferListener listener) {
    transfer(
        "download",
        path,
        () -> {
          try (InputStream source = read(path, ReadOptions.whole().listener(listener))) {
            replace(target, source);
            return target;
          }
        });
  }

  /** Writes {@code source} beside {@code target}, and then puts it in its place. */
  private static void replace(Path target, InputStream source) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(target + " is a directory, not the name of a file");
    }
    // Not a temporary file of the JDK's: its owner alone could read what is downloaded.
    Path part = directory.resolve("." + Nonce.random() + ".part");
    try {
      Files.copy(source, part);
      Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  @Override
  public void upload(Path source, String path, WriteOptions options) {
    OptionalLong total = OptionalLong.of(sizeOf(source));
    write(paths.writable(path), Content.of(source), total, options);
  }

  /** How long a file of this machine is that is to be sent. */
  protected static long sizeOf(Path source) {
    if (!Files.exists(source)) {
      throw new UncheckedIOException(
          new NoSuchFileException(source.toString(), null, "no file to upload"));
    }
    if (!Files.isRegularFile(source)) {
      throw new UncheckedIOException(
          new FileSystemException(
              source.toString(), null, "not a file; uploadDirectory uploads a directory"));
    }
    try {
      return Files.size(source);
    } catch (IOException e) {
      throw new UncheckedIOException("upload " + source, e);
    }
  }

  /** The error for a path that is not what a verb takes. */
  public static InvalidRequestException refused(String operation, String path, String observed) {
    return new InvalidRequestException(Failure.of(operation, path, observed));
  }

  private interface Transfer<T> {
    T run() throws IOException;
  }

  /** Nothing of it is with the caller before its end, so it may begin anew. */
  private <T> T transfer(String operation, String path, Transfer<T> transfer) {
    for (int attempt = 1; ; attempt++) {
      try {
        return transfer.run();
      } catch (SandboxIOException e) {
        if (attempt >= attempts || !(e.getCause() instanceof ConnectionLostException)) {
          throw e.getCause();
        }
        log.warn("{} {}: {}; beginning anew", operation, path, e.getMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(operation + " " + path, e);
      }
    }
  }
}
