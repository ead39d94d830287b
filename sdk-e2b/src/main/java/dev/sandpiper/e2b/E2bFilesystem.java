package dev.sandpiper.e2b;

import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.Filesystem;
import dev.sandpiper.UnsupportedCapabilityException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files of a sandbox at E2B, where file operations have the rights of root, whatever the user:
 * new files belong to the sandbox's default user.
 */
public interface E2bFilesystem extends Filesystem {

  /**
   * {@link Filesystem#write(String, Content, dev.sandpiper.WriteOptions)} with what only E2B knows.
   *
   * @throws dev.sandpiper.InvalidRequestException if the sandbox's envd is too old for metadata
   */
  void write(String path, Content content, E2bWriteOptions options);

  /**
   * Writes several files in place with one request, one after the other; all get the same metadata.
   * Every envd can take them. If it fails, those before the one at fault are written.
   *
   * @param files by their paths, written in the order of iteration
   * @throws IllegalArgumentException if two paths are the same or one has a control character, or
   *     if {@code options} are atomic; nothing is sent then
   */
  void writeAll(Map<String, Content> files, E2bWriteOptions options);

  /**
   * Copies a file of this machine into the sandbox in parts that travel at the same time and are
   * joined there; below 16 MiB, and where the sandbox's server does not know how to join, in one
   * piece. Which it is, it is asked first. Replaces the file as {@code atomic()} does, without
   * metadata. Parts of a transfer that fails are deleted.
   */
  void uploadInParts(Path source, String path, PartsUploadOptions options);

  /**
   * {@link Filesystem#watch} with what only E2B knows.
   *
   * @throws UnsupportedCapabilityException if the sandbox's envd is too old for an option
   */
  EventStream<FileEvent> watch(String directory, E2bWatchOptions options);

  /**
   * A URL with which anybody can read this one file. Makes no request, except to resolve a relative
   * path; the file need not exist.
   *
   * @throws dev.sandpiper.InvalidRequestException if it is to expire and the sandbox has no access
   *     token: everybody may read there, for ever
   */
  E2bFileUrl downloadUrl(String path, E2bUrlOptions options);

  /**
   * A URL with which anybody can write this one file, as often as they like, by {@code POST} with
   * the bytes as {@code application/octet-stream}, or as one file of a form.
   *
   * @throws dev.sandpiper.InvalidRequestException if it is to expire and the sandbox has no access
   *     token
   */
  E2bFileUrl uploadUrl(String path, E2bUrlOptions options);
}
