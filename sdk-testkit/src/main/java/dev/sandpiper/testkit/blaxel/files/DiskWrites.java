package dev.sandpiper.testkit.blaxel.files;

import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** Writes files in place, and creates directories. An error begins with the caller's text. */
final class DiskWrites {
  static final int FILE_MODE = 0644;
  static final int DIRECTORY_MODE = 0755;

  private static final int BUFFER_BYTES = 64 * 1024;

  private final BlaxelPaths paths;
  private final Pipes pipes;

  DiskWrites(BlaxelPaths paths, Pipes pipes) {
    this.paths = paths;
    this.pipes = pipes;
  }

  /** Throws what the content throws; an error of the file system is a {@code Refusal}. */
  void write(Exchange exchange, String absolute, int mode, InputStream content, String complaint)
      throws IOException {
    makeDirectory(ExactPath.parent(absolute), DIRECTORY_MODE, complaint);
    Path file;
    boolean pipe;
    try {
      file = paths.follow(absolute);
      pipe = Files.exists(file) && FileStatus.of(file).isPipe();
    } catch (IOException e) {
      throw refused(complaint + "open", absolute, e);
    }
    if (pipe) {
      pipes.write(exchange, file, content, complaint + "write " + absolute);
      return;
    }
    try (FileChannel channel = create(file, mode)) {
      copy(content, channel, complaint + "write " + absolute);
    } catch (CreationException e) {
      throw refused(complaint + "open", absolute, e.reason);
    }
  }

  private static Refusal refused(String call, String path, IOException e) {
    return new Refusal(422, call + " " + path + ": " + GoErrors.reason(e));
  }

  private static final class CreationException extends IOException {
    private static final long serialVersionUID = 1;

    private final IOException reason;

    CreationException(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  /** The kernel applies this process's umask to the mode. */
  private static FileChannel create(Path file, int mode) throws CreationException {
    try {
      return FileChannel.open(
          file,
          Set.of(
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING),
          attribute(mode));
    } catch (IOException e) {
      throw new CreationException(e);
    }
  }

  private static void copy(InputStream content, FileChannel channel, String complaint)
      throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int count = content.read(buffer); count >= 0; count = content.read(buffer)) {
      ByteBuffer piece = ByteBuffer.wrap(buffer, 0, count);
      try {
        while (piece.hasRemaining()) channel.write(piece);
      } catch (IOException e) {
        throw new Refusal(422, complaint + ": " + GoErrors.reason(e));
      }
    }
  }

  /** Also creates missing parents. An existing one is not an error. */
  void makeDirectory(String absolute, int mode, String complaint) {
    try {
      Path directory = paths.follow(absolute);
      if (Files.isDirectory(directory)) return;
      if (Files.exists(directory)) {
        throw new Refusal(422, complaint + "mkdir " + absolute + ": not a directory");
      }
      if (!absolute.equals("/")) makeDirectory(ExactPath.parent(absolute), mode, complaint);
      Files.createDirectory(directory, attribute(mode));
    } catch (IOException e) {
      throw refused(complaint + "mkdir", absolute, e);
    }
  }

  private static FileAttribute<?> attribute(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] fromOwner = PosixFilePermission.values();
    for (int bit = 0; bit < fromOwner.length; bit++) {
      if ((mode & (0400 >> bit)) != 0) permissions.add(fromOwner[bit]);
    }
    return PosixFilePermissions.asFileAttribute(permissions);
  }
}
