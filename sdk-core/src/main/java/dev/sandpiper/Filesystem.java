package dev.sandpiper;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of one sandbox. Paths are POSIX text; a relative one is under {@link
 * Sandbox#workingDirectory()}. Safe for use by many threads. Every verb blocks until it is done,
 * and an interrupt ends it with a {@link CancelledException}.
 *
 * <p>What a path names decides the error: {@link NotFoundException} if there is nothing, {@link
 * InvalidRequestException} if it is of the wrong kind, or its name is one that a filesystem does
 * not accept, and {@link IllegalArgumentException} for a malformed path, before anything is sent.
 *
 * <p>A stream or a watch that is garbage-collected before its end without being closed is logged as
 * a warning that names where it was opened, and its connection is closed.
 */
public interface Filesystem {

  /**
   * What is at {@code path}. A link is described itself, and not followed. Needs {@link
   * Capability#FILE_STATUS}.
   */
  FileInfo stat(String path);

  /**
   * True if there is something at {@code path}, even a link that leads nowhere. Only "not found" is
   * false: every other failure is thrown, also that a part of the path is a file. Needs {@link
   * Capability#FILE_STATUS}.
   */
  boolean exists(String path);

  /** {@link #list(String, int)} of the directory's own entries. */
  default List<FileInfo> list(String directory) {
    return list(directory, 1);
  }

  /**
   * Entries of every type, so many levels deep, a directory before what it holds. Links inside are
   * not followed.
   *
   * @param depth 1 for the directory's own entries
   * @throws IncompleteListingException if an entry cannot be listed; it has all the others
   */
  List<FileInfo> list(String directory, int depth);

  /** Makes a directory and its parents. False if it was there already. */
  boolean makeDirectory(String path);

  /**
   * Moves or renames an entry, making the parents of {@code destination}, which stay even if the
   * move then fails. A file at {@code destination} is replaced, a directory never is. Not possible
   * between file systems. Needs {@link Capability#MOVE}.
   */
  FileInfo move(String source, String destination);

  /** Deletes a file, a link, or a directory with all that it holds. False if nothing was there. */
  boolean delete(String path);

  /** {@link #read(String, ReadOptions)} of the whole file. */
  default InputStream read(String path) {
    return read(path, ReadOptions.whole());
  }

  /**
   * Opens a file and streams its bytes. The caller closes the stream; doing so early cancels the
   * transfer. An interrupted transfer is resumed at the same byte if the file is certain to be
   * unchanged; otherwise reading fails with a {@link SandboxIOException}. The stream ends only when
   * all that was asked for has been read.
   *
   * <p>On Blaxel a file of more than 1 MiB that is certain to be unchanged is read in several
   * requests, some of them ahead on the client's executor, and a change meanwhile is an error.
   */
  InputStream read(String path, ReadOptions options);

  /** {@link #readBytes(String, int)} up to 16 MiB. */
  default byte[] readBytes(String path) {
    return readBytes(path, 16 << 20);
  }

  /**
   * A whole file.
   *
   * @throws InvalidRequestException if it has more than {@code limit} bytes
   */
  byte[] readBytes(String path, int limit);

  /**
   * A whole file of at most 16 MiB as UTF-8, a byte order mark included.
   *
   * @throws InvalidRequestException if it has more bytes, or is not UTF-8
   */
  String readText(String path);

  /** {@link #write(String, Content, WriteOptions)} in place. */
  default void write(String path, Content content) {
    write(path, content, WriteOptions.inPlace());
  }

  /**
   * Writes a file, making its parents. An existing file keeps its mode. If it fails after the
   * transfer began, the message says what may be left behind.
   */
  void write(String path, Content content, WriteOptions options);

  /** {@link #write(String, Content)} of a text as UTF-8. */
  default void writeText(String path, String text) {
    write(path, Content.of(text));
  }

  /** {@link #download(String, Path, TransferListener)} without a listener. */
  default void download(String path, Path target) {
    download(path, target, TransferListener.none());
  }

  /**
   * Copies a file of the sandbox to this machine, through a temporary file next to {@code target}:
   * if it fails, {@code target} is unchanged.
   */
  void download(String path, Path target, TransferListener listener);

  /** {@link #upload(Path, String, WriteOptions)} in place. */
  default void upload(Path source, String path) {
    upload(source, path, WriteOptions.inPlace());
  }

  /** Copies a file of this machine into the sandbox, as {@link #write} does. */
  void upload(Path source, String path, WriteOptions options);

  /** {@link #downloadDirectory(String, Path, DirectoryOptions)} with the standard options. */
  default DirectorySummary downloadDirectory(String directory, Path target) {
    return downloadDirectory(directory, target, DirectoryOptions.standard());
  }

  /**
   * Copies a directory of the sandbox to this machine: files, empty directories, links as links,
   * permission bits. Nothing is written outside {@code target}, whatever the sandbox sends. If it
   * fails, {@code target} is unchanged. The sandbox packs an archive in its {@code /tmp}, which
   * needs room for all of it and is deleted at the end. Needs {@link Capability#DIRECTORIES}.
   *
   * @param target what does not exist yet, or an empty directory
   * @throws UnsupportedCapabilityException if the sandbox has no usable {@code tar}
   * @throws PlatformException if a file changed while it was packed
   */
  DirectorySummary downloadDirectory(String directory, Path target, DirectoryOptions options);

  /** {@link #uploadDirectory(Path, String, DirectoryOptions)} with the standard options. */
  default DirectorySummary uploadDirectory(Path source, String directory) {
    return uploadDirectory(source, directory, DirectoryOptions.standard());
  }

  /**
   * Copies a directory of this machine into the sandbox, over what is there: files, empty
   * directories, links as links, permission bits. If it fails, a part may be there, which the
   * message says. The sandbox unpacks an archive in its {@code /tmp}, which needs room for all of
   * it and is deleted at the end. Needs {@link Capability#DIRECTORIES}.
   *
   * @throws UnsupportedCapabilityException if the sandbox has no usable {@code tar}
   */
  DirectorySummary uploadDirectory(Path source, String directory, DirectoryOptions options);

  /**
   * Watches a directory. Reports every change after this method returns. The caller closes it. A
   * reader that is too slow, and a lost connection, lose events and are reported as {@link
   * FileEvent.Gap}; the watch continues. It ends after {@link FileEvent.Removed} or {@link
   * FileEvent.Renamed} of the directory itself, with a last gap. Needs {@link Capability#WATCH}.
   */
  EventStream<FileEvent> watch(String directory, WatchOptions options);
}
