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
 * Implements the operations that are common to all platforms on top of a few platform-specific
 * ones. A platform that does not support an option overrides the public method, so that the option
 * is rejected before a relative path is resolved.
 */
public abstract class SandboxFiles implements Filesystem {
  private static final Logger log = LoggerFactory.getLogger(SandboxFiles.class);

  private final SandboxPaths paths;
  private final int attempts;

  /**
   * @param attempts how often a download is started that cannot be resumed after a lost connection
   */
  protected SandboxFiles(SandboxPaths paths, int attempts) {
    this.paths = paths;
    this.attempts = attempts;
  }

  protected final SandboxPaths paths() {
    return paths;
  }

  /** {@link #read(String, ReadOptions)} with an absolute path. */
  protected abstract InputStream open(String path, ReadOptions options);

  /**
   * {@link #write(String, Content, WriteOptions)} with an absolute path, and the length if known.
   */
  protected abstract void write(
      String path, Content content, OptionalLong total, WriteOptions options);

  /** {@link #list(String, int)} with an absolute path and a depth of at least 1. */
  protected abstract List<FileInfo> entries(String directory, int depth);

  /** {@link #delete} with an absolute path that ends in the name of an entry. */
  protected abstract boolean remove(String path);

  @Override
  public List<FileInfo> list(String directory, int depth) {
    if (depth < 1) {
      throw new IllegalArgumentException("depth must be at least 1: " + depth);
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
      throw new IllegalArgumentException("limit must not be negative: " + limit);
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
            "the file has more than the limit of " + limit + " bytes; use read(path) to stream it");
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
          Failure.of("read", path, "the file is not UTF-8; use readBytes(path)"), e);
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

  /** Writes {@code source} to a file next to {@code target}, then renames it to {@code target}. */
  private static void replace(Path target, InputStream source) throws IOException {
    Path directory = target.toAbsolutePath().getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IOException(target + " is a directory; the target must be the path of a file");
    }
    LocalDirectory.requireParent(directory);
    // Not Files.createTempFile, which makes files that only their owner can read.
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

  /** The size of a local file to upload. */
  protected static long sizeOf(Path source) {
    if (!Files.exists(source)) {
      throw new UncheckedIOException(
          new NoSuchFileException(source.toString(), null, "the file to upload does not exist"));
    }
    if (!Files.isRegularFile(source)) {
      throw new UncheckedIOException(
          new FileSystemException(
              source.toString(), null, "not a regular file; use uploadDirectory for a directory"));
    }
    try {
      return Files.size(source);
    } catch (IOException e) {
      throw new UncheckedIOException("upload " + source, e);
    }
  }

  /** The exception for a path that an operation does not accept. */
  public static InvalidRequestException refused(String operation, String path, String observed) {
    return new InvalidRequestException(Failure.of(operation, path, observed));
  }

  private interface Transfer<T> {
    T run() throws IOException;
  }

  /** Runs a transfer, which may be restarted because the caller has seen nothing of it yet. */
  private <T> T transfer(String operation, String path, Transfer<T> transfer) {
    for (int attempt = 1; ; attempt++) {
      try {
        return transfer.run();
      } catch (SandboxIOException e) {
        if (attempt >= attempts || !(e.getCause() instanceof ConnectionLostException)) {
          throw e.getCause();
        }
        log.warn("{} {}: {}; restarting", operation, path, e.getMessage());
      } catch (IOException e) {
        throw new UncheckedIOException(operation + " " + path, e);
      }
    }
  }
}
