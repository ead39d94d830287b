package dev.sandpiper;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one sandbox. Paths are POSIX text; a relative one is resolved against {@link
 * Sandbox#workingDirectory()}. Safe for use by many threads. Every method blocks until it is done,
 * and an interrupt ends it with a {@link CancelledException}.
 *
 * <p>The error depends on what is at the path: {@link NotFoundException} if there is nothing,
 * {@link InvalidRequestException} if the entry has the wrong type, or the filesystem does not
 * accept its name, and {@link IllegalArgumentException} for a malformed path, before anything is
 * sent.
 *
 * <p>A stream or a watch that is garbage-collected before its end without being closed is logged as
 * a warning that names where it was opened, and its connection is closed.
 */
public interface Filesystem {

  /**
   * The status of the entry at {@code path}. A link is not followed. Needs {@link
   * Capability#FILE_STATUS}.
   */
  FileInfo stat(String path);

  /**
   * True if there is an entry at {@code path}, even a dangling link. Only "not found" is false:
   * every other failure is thrown, including that a part of the path is a file. Needs {@link
   * Capability#FILE_STATUS}.
   */
  boolean exists(String path);

  /** Like {@link #list(String, int)} with depth 1. */
  default List<FileInfo> list(String directory) {
    return list(directory, 1);
  }

  /**
   * The entries of every type, down to {@code depth} levels, a directory before its entries. Links
   * inside are not followed.
   *
   * @param depth 1 for the directory's own entries only
   * @throws IncompleteListingException if an entry cannot be listed; it contains all the others
   */
  List<FileInfo> list(String directory, int depth);

  /** Creates a directory and its parents. False if it existed already. */
  boolean makeDirectory(String path);

  /**
   * Moves or renames an entry, creating the parents of {@code destination}, which remain even if
   * the move then fails. A file at {@code destination} is replaced, a directory never is. Not
   * possible between file systems. Needs {@link Capability#MOVE}.
   */
  FileInfo move(String source, String destination);

  /** Deletes a file, a link, or a directory with everything in it. False if there was nothing. */
  boolean delete(String path);

  /** Like {@link #read(String, ReadOptions)}, for the whole file. */
  default InputStream read(String path) {
    return read(path, ReadOptions.whole());
  }

  /**
   * Opens a file and streams its bytes. The caller closes the stream; doing so early cancels the
   * transfer. A transfer that is cut off is resumed at the same byte if the file is certain to be
   * unchanged; otherwise reading fails with a {@link SandboxIOException}. The stream ends only when
   * all requested bytes have been read.
   *
   * <p>On Blaxel a file of more than 1 MiB that is certain to be unchanged is read in several
   * requests, some of them ahead on the client's executor, and a change in between is an error.
   */
  InputStream read(String path, ReadOptions options);

  /** Like {@link #readBytes(String, int)}, up to 16 MiB. */
  default byte[] readBytes(String path) {
    return readBytes(path, 16 << 20);
  }

  /**
   * Reads a whole file.
   *
   * @throws InvalidRequestException if it has more than {@code limit} bytes
   */
  byte[] readBytes(String path, int limit);

  /**
   * Reads a whole file of at most 16 MiB as UTF-8, including a byte order mark.
   *
   * @throws InvalidRequestException if it has more bytes, or is not UTF-8
   */
  String readText(String path);

  /** Like {@link #write(String, Content, WriteOptions)}, in place. */
  default void write(String path, Content content) {
    write(path, content, WriteOptions.inPlace());
  }

  /**
   * Writes a file, creating its parents. An existing file keeps its mode. If it fails after the
   * transfer began, the message says what may be left behind.
   */
  void write(String path, Content content, WriteOptions options);

  /** Like {@link #write(String, Content)}, for a text in UTF-8. */
  default void writeText(String path, String text) {
    write(path, Content.of(text));
  }

  /** Like {@link #download(String, Path, TransferListener)}, without a listener. */
  default void download(String path, Path target) {
    download(path, target, TransferListener.none());
  }

  /**
   * Copies a file from the sandbox to this machine, through a temporary file next to {@code
   * target}: if it fails, {@code target} is unchanged.
   */
  void download(String path, Path target, TransferListener listener);

  /** Like {@link #upload(Path, String, WriteOptions)}, in place. */
  default void upload(Path source, String path) {
    upload(source, path, WriteOptions.inPlace());
  }

  /** Copies a file from this machine to the sandbox, as {@link #write} does. */
  void upload(Path source, String path, WriteOptions options);

  /** Like {@link #downloadDirectory(String, Path, DirectoryOptions)}, with the standard options. */
  default DirectorySummary downloadDirectory(String directory, Path target) {
    return downloadDirectory(directory, target, DirectoryOptions.standard());
  }

  /**
   * Copies a directory from the sandbox to this machine: files, empty directories, links as links,
   * permission bits. Nothing is written outside {@code target}, whatever the sandbox sends. If it
   * fails, {@code target} is unchanged. The sandbox packs an archive in its {@code /tmp}, which
   * needs enough space for it; the archive is deleted at the end. Needs {@link
   * Capability#DIRECTORIES}.
   *
   * @param target a path that does not exist yet, or an empty directory
   * @throws UnsupportedCapabilityException if the sandbox has no usable {@code tar}
   * @throws PlatformException if a file changed while it was packed
   */
  DirectorySummary downloadDirectory(String directory, Path target, DirectoryOptions options);

  /** Like {@link #uploadDirectory(Path, String, DirectoryOptions)}, with the standard options. */
  default DirectorySummary uploadDirectory(Path source, String directory) {
    return uploadDirectory(source, directory, DirectoryOptions.standard());
  }

  /**
   * Copies a directory from this machine to the sandbox, overwriting existing files: files, empty
   * directories, links as links, permission bits. If it fails, a part of it may be left behind,
   * which the message says. The sandbox unpacks an archive in its {@code /tmp}, which needs enough
   * space for it; the archive is deleted at the end. Needs {@link Capability#DIRECTORIES}.
   *
   * @throws UnsupportedCapabilityException if the sandbox has no usable {@code tar}
   */
  DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options);

  /**
   * Watches a directory. Reports every change after this method returns. The caller closes it.
   * Events lost because the reader is too slow or the connection was lost are reported as {@link
   * FileEvent.Gap}; the watch continues. It ends after {@link FileEvent.Removed} or {@link
   * FileEvent.Renamed} of the directory itself, with a last gap. Needs {@link Capability#WATCH}.
   */
  EventStream<FileEvent> watch(String directory, WatchOptions options);
}
