package dev.sandpiper.e2b;

import dev.sandpiper.Content;
import dev.sandpiper.EventStream;
import dev.sandpiper.FileEvent;
import dev.sandpiper.Filesystem;
import dev.sandpiper.UnsupportedCapabilityException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The files of a sandbox on E2B. File operations have the permissions of root, and new files belong
 * to the sandbox's default user.
 */
public interface E2bFilesystem extends Filesystem {

  /**
   * Like {@link Filesystem#write(String, Content, dev.sandpiper.WriteOptions)}, with options
   * specific to E2B.
   *
   * @throws dev.sandpiper.InvalidRequestException if the sandbox's envd is too old for metadata
   */
  void write(String path, Content content, E2bWriteOptions options);

  /**
   * Writes several files in place with one request, one after the other; all get the same metadata.
   * Works with every version of envd. If it fails, the files before the one at fault are written.
   *
   * @param files the content by path, written in the order of iteration
   * @throws IllegalArgumentException if two paths are the same or one contains a control character,
   *     or if {@code options} are atomic; then nothing is sent
   */
  void writeAll(Map<String, Content> files, E2bWriteOptions options);

  /**
   * Copies a file from this machine to the sandbox in parts that are sent concurrently and joined
   * there. Below 16 MiB, and if the sandbox's server cannot join parts, which is checked first, the
   * file is sent in one piece. Replaces the file as {@code atomic()} does, without metadata. The
   * parts of a failed transfer are deleted.
   */
  void uploadInParts(Path source, String path, PartsUploadOptions options);

  /**
   * Like {@link Filesystem#watch}, with options specific to E2B.
   *
   * @throws UnsupportedCapabilityException if the sandbox's envd is too old for an option
   */
  EventStream<FileEvent> watch(String directory, E2bWatchOptions options);

  /**
   * A URL with which anyone can read this one file. Makes no request, except to resolve a relative
   * path; the file need not exist.
   *
   * @throws dev.sandpiper.InvalidRequestException if it is to expire and the sandbox has no access
   *     token: then anyone can read its files, without a time limit
   */
  E2bFileUrl downloadUrl(String path, E2bUrlOptions options);

  /**
   * A URL with which anyone can write this one file, any number of times, by {@code POST} with the
   * bytes as {@code application/octet-stream}, or as one file of a form.
   *
   * @throws dev.sandpiper.InvalidRequestException if it is to expire and the sandbox has no access
   *     token
   */
  E2bFileUrl uploadUrl(String path, E2bUrlOptions options);
}
