package dev.sandpiper.testkit.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Multipart;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
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
import org.jspecify.annotations.Nullable;

/**
 * {@code PUT /filesystem}: a file from JSON or from a form, in place, or a directory. Parents are
 * made; a file that exists keeps its mode.
 */
final class FileWriting {
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int MOST_PERMISSION_BYTES = 1024;
  private static final int FILE_MODE = 0644;
  private static final int DIRECTORY_MODE = 0755;

  private final Exchange exchange;
  private final BlaxelPaths paths;
  private final PipeWriters pipes;

  FileWriting(Exchange exchange, BlaxelPaths paths, PipeWriters pipes) {
    this.exchange = exchange;
    this.paths = paths;
    this.pipes = pipes;
  }

  void answer(String named) throws IOException {
    String type = exchange.header("Content-Type");
    if (type != null && type.startsWith("multipart/form-data")) {
      form(named, type);
    } else {
      json(named);
    }
  }

  private void json(String named) throws IOException {
    JsonNode body = FileJson.body(exchange);
    String content = FileJson.text(body, "", "content");
    boolean directory = FileJson.truth(body, "", "isDirectory");
    String permissions = FileJson.text(body, "", "permissions");
    int mode = directory ? DIRECTORY_MODE : FILE_MODE;
    if (!permissions.isEmpty()) mode = mode(permissions);
    String absolute = paths.absolute(named);
    if (directory) {
      makeDirectory(absolute, mode, "error creating directory: ");
      succeed(named, "Directory created successfully");
      return;
    }
    byte[] bytes = ExactPath.bytes(content);
    write(absolute, mode, new ByteArrayInputStream(bytes), "error writing file: ");
    succeed(named, "File created/updated successfully");
  }

  private void succeed(String named, String message) throws IOException {
    FileJson.answer(
        exchange, 200, Exchange.json.createObjectNode().put("path", named).put("message", message));
  }

  static int mode(String permissions) {
    String complaint = "invalid permissions format '" + permissions + "': ";
    return parseMode(permissions, complaint);
  }

  static int parseMode(String permissions, String complaint) {
    if (!permissions.matches("[0-7]+")) {
      throw new FileRefusal(
          400,
          "%sstrconv.ParseUint: parsing \"%s\": invalid syntax".formatted(complaint, permissions));
    }
    if (!permissions.matches("0*[0-7]{1,10}")) {
      throw new FileRefusal(
          400,
          "%sstrconv.ParseUint: parsing \"%s\": value out of range"
              .formatted(complaint, permissions));
    }
    return (int) (Long.parseLong(permissions, 8) & 0777);
  }

  private void form(String named, String type) throws IOException {
    Multipart form = open(exchange, type);
    int mode = FILE_MODE;
    boolean written = false;
    for (Multipart.Part part = next(form); part != null; part = next(form)) {
      boolean upload = part.fileName() != null && !part.fileName().isEmpty();
      if (!upload && "permissions".equals(part.disposition().get("name"))) {
        String text = new String(part.content().readNBytes(MOST_PERMISSION_BYTES), UTF_8).trim();
        if (!text.isEmpty()) mode = mode(text);
      } else if (upload && part.isFile() && !written) {
        writeFrom(part.content(), paths.absolute(named), mode);
        written = true;
      }
    }
    if (!written) throw new FileRefusal(400, "missing 'file' field in multipart form");
    succeed(named, "Binary file uploaded successfully");
  }

  static Multipart open(Exchange exchange, String type) {
    String boundary = Multipart.boundary(type);
    if (boundary == null) {
      throw new FileRefusal(
          400, "error reading multipart data: no multipart boundary param in Content-Type");
    }
    return new Multipart(exchange.body(), boundary);
  }

  static Multipart.@Nullable Part next(Multipart form) throws IOException {
    try {
      return form.next();
    } catch (EOFException e) {
      throw new FileRefusal(400, "error reading multipart part: multipart: NextPart: EOF");
    }
  }

  /** An upload that breaks off takes the file with it, whatever was in there before. */
  private void writeFrom(InputStream content, String absolute, int mode) throws IOException {
    try {
      write(absolute, mode, content, "error writing binary file: ");
    } catch (EOFException e) {
      Files.deleteIfExists(paths.follow(absolute));
      throw new FileRefusal(422, "error writing binary file: unexpected EOF");
    } catch (IOException e) {
      Files.deleteIfExists(paths.follow(absolute));
      throw e;
    }
  }

  /** Throws what the content throws; whatever the file system says is a refusal. */
  private void write(String absolute, int mode, InputStream content, String complaint)
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

  private static FileRefusal refused(String call, String path, IOException e) {
    return new FileRefusal(422, "%s %s: %s".formatted(call, path, GoErrors.reason(e)));
  }

  private static final class CreationException extends IOException {
    private static final long serialVersionUID = 1;

    private final IOException reason;

    CreationException(IOException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  /** The mode is the kernel's to give, which takes this process's mask off. */
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
        throw new FileRefusal(422, complaint + ": " + GoErrors.reason(e));
      }
    }
  }

  /** With all above it that are missing. One that is there is fine. */
  void makeDirectory(String absolute, int mode, String complaint) {
    try {
      Path directory = paths.follow(absolute);
      if (Files.isDirectory(directory)) return;
      if (Files.exists(directory)) {
        throw new FileRefusal(422, complaint + "mkdir " + absolute + ": not a directory");
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
