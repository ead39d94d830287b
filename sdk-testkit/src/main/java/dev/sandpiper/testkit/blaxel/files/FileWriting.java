package dev.sandpiper.testkit.blaxel.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.api.RequestBody;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.Multipart;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;

/**
 * {@code PUT /filesystem}: a file from JSON or from a form, in place, or a directory. Parents are
 * created; an existing file keeps its mode.
 */
final class FileWriting {
  private static final int MOST_PERMISSION_BYTES = 1024;

  private final Exchange exchange;
  private final BlaxelPaths paths;
  private final DiskWrites disk;

  FileWriting(Exchange exchange, BlaxelPaths paths, DiskWrites disk) {
    this.exchange = exchange;
    this.paths = paths;
    this.disk = disk;
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
    RequestBody body = RequestBody.read(exchange, "");
    String content = body.text("content");
    boolean directory = body.truth("isDirectory");
    String permissions = body.text("permissions");
    int mode = directory ? DiskWrites.DIRECTORY_MODE : DiskWrites.FILE_MODE;
    if (!permissions.isEmpty()) mode = mode(permissions);
    String absolute = paths.absolute(named);
    if (directory) {
      disk.makeDirectory(absolute, mode, "error creating directory: ");
      Answers.done(exchange, named, "Directory created successfully");
      return;
    }
    byte[] bytes = ExactPath.bytes(content);
    disk.write(exchange, absolute, mode, new ByteArrayInputStream(bytes), "error writing file: ");
    Answers.done(exchange, named, "File created/updated successfully");
  }

  static int mode(String permissions) {
    String complaint = "invalid permissions format '" + permissions + "': ";
    return parseMode(permissions, complaint);
  }

  static int parseMode(String permissions, String complaint) {
    if (!permissions.matches("[0-7]+")) {
      throw new Refusal(
          400, complaint + "strconv.ParseUint: parsing \"" + permissions + "\": invalid syntax");
    }
    if (!permissions.matches("0*[0-7]{1,10}")) {
      throw new Refusal(
          400,
          complaint + "strconv.ParseUint: parsing \"" + permissions + "\": value out of range");
    }
    return (int) (Long.parseLong(permissions, 8) & 0777);
  }

  private void form(String named, String type) throws IOException {
    Multipart form = open(exchange, type);
    int mode = DiskWrites.FILE_MODE;
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
    if (!written) throw new Refusal(400, "missing 'file' field in multipart form");
    Answers.done(exchange, named, "Binary file uploaded successfully");
  }

  static Multipart open(Exchange exchange, String type) {
    String boundary = Multipart.boundary(type);
    if (boundary == null) {
      throw new Refusal(
          400, "error reading multipart data: no multipart boundary param in Content-Type");
    }
    return new Multipart(exchange.body(), boundary);
  }

  static Multipart.@Nullable Part next(Multipart form) throws IOException {
    try {
      return form.next();
    } catch (EOFException e) {
      throw new Refusal(400, "error reading multipart part: multipart: NextPart: EOF");
    }
  }

  /** An upload that ends early deletes the file, even if it existed before. */
  private void writeFrom(InputStream content, String absolute, int mode) throws IOException {
    try {
      disk.write(exchange, absolute, mode, content, "error writing binary file: ");
    } catch (EOFException e) {
      Files.deleteIfExists(paths.follow(absolute));
      throw new Refusal(422, "error writing binary file: unexpected EOF");
    } catch (IOException e) {
      Files.deleteIfExists(paths.follow(absolute));
      throw e;
    }
  }
}
