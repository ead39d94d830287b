package dev.sandpiper;

import java.io.InputStream;
import java.nio.file.Path;

/**
 * The files of one sandbox. Paths are POSIX text; a relative one is under {@link
 * Sandbox#workingDirectory()}. Safe for use by many threads.
 */
public interface Filesystem {

  /**
   * True if there is something at {@code path}. Only "not found" is false: every other failure is
   * thrown.
   */
  boolean exists(String path);

  /**
   * Opens a file and streams its bytes. The caller closes the stream; doing so early cancels the
   * transfer. An end is the file's end: a transfer that breaks is a {@link SandboxIOException}.
   *
   * @throws NotFoundException if there is no file at {@code path}
   * @throws InvalidRequestException if it is a directory
   */
  InputStream read(String path);

  /**
   * Writes a file in place, making its parents. An existing file keeps its mode. Blocks until all
   * of it is there; if it fails after the transfer began, the message says that the file may hold a
   * part.
   */
  void write(String path, Content content);

  /**
   * Copies a file of the sandbox to this machine, through a temporary name beside {@code target}:
   * if it fails, {@code target} is as it was.
   */
  void download(String path, Path target);

  /** Copies a file of this machine into the sandbox, as {@link #write} does. */
  void upload(Path source, String path);
}
