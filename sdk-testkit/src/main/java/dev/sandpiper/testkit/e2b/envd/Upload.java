package dev.sandpiper.testkit.e2b.envd;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.e2b.connect.Gzip;
import dev.sandpiper.testkit.e2b.files.FileMetadata;
import dev.sandpiper.testkit.e2b.files.Parents;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.Multipart;
import dev.sandpiper.testkit.http.Refusal;
import dev.sandpiper.testkit.machine.ExactPath;
import dev.sandpiper.testkit.machine.GoErrors;
import dev.sandpiper.testkit.machine.Home;
import dev.sandpiper.testkit.machine.Ownership;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request's body to files, in place and as it arrives: an aborted upload leaves the
 * received part. Parents are created; an existing file keeps its mode.
 */
final class Upload {
  private static final String COMPLAINT = "error resolving path";

  private final Exchange exchange;
  private final Home home;
  private final String user;
  private final ArrayNode written = GoJson.array();

  Upload(Exchange exchange, Home home, String user) {
    this.exchange = exchange;
    this.home = home;
    this.user = user;
  }

  /**
   * @param path the target; null if the parts of a form have their own
   */
  void answer(@Nullable String path) throws IOException {
    FileMetadata metadata = FileMetadata.of(exchange);
    String type = exchange.header("Content-Type");
    String media = type == null ? "" : type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    if (media.startsWith("multipart/")) {
      form(String.valueOf(type), path, metadata);
    } else if (media.equals("application/octet-stream")) {
      octets(path, metadata);
    } else {
      throw new Refusal(
          400,
          "unsupported content type: "
              + (type == null ? "" : type)
              + ", expected multipart/form-data or application/octet-stream");
    }
    exchange.set("Content-Type", "text/plain; charset=utf-8");
    exchange.answer(200, GoJson.bytes(written));
  }

  private void octets(@Nullable String path, FileMetadata metadata) throws IOException {
    if (path == null) {
      throw new Refusal(400, "path query parameter is required for raw body upload");
    }
    write(path, content(), metadata);
  }

  private void form(String type, @Nullable String path, FileMetadata metadata) throws IOException {
    InputStream content = content();
    String boundary = Multipart.boundary(type);
    if (boundary == null) {
      throw new Refusal(
          500, "error parsing multipart form: no multipart boundary param in Content-Type");
    }
    Multipart form = new Multipart(content, boundary);
    Set<String> targets = new HashSet<>();
    for (Multipart.Part part = next(form); part != null; part = next(form)) {
      if (!part.isFile()) continue;
      String target = path == null ? part.fileName() : path;
      if (target == null) {
        throw new Refusal(
            400,
            "error getting multipart custom part file name: filename not found in"
                + " Content-Disposition header");
      }
      String expanded = FilesEndpoint.expand(home, target, user, COMPLAINT);
      if (!targets.add(expanded)) {
        throw new Refusal(
            400,
            "you cannot upload multiple files to the same path '"
                + expanded
                + "' in one upload request, only the first specified file was uploaded");
      }
      write(target, part.content(), metadata);
    }
  }

  private static Multipart.@Nullable Part next(Multipart form) throws IOException {
    try {
      return form.next();
    } catch (EOFException e) {
      throw new Refusal(500, "error reading form: multipart: NextPart: EOF");
    }
  }

  private InputStream content() throws IOException {
    String encoding = exchange.header("Content-Encoding");
    if (encoding == null || encoding.isEmpty() || encoding.equalsIgnoreCase("identity")) {
      return exchange.body();
    }
    if (!encoding.equalsIgnoreCase("gzip")) {
      throw undecodable("unsupported Content-Encoding: " + encoding + ", supported: [gzip]");
    }
    try {
      return Gzip.open(exchange.body());
    } catch (IOException e) {
      throw undecodable("failed to create gzip reader: " + e.getMessage());
    }
  }

  private static Refusal undecodable(String reason) {
    return new Refusal(400, "error decompressing request body: " + reason);
  }

  private void write(String path, InputStream content, FileMetadata metadata) throws IOException {
    String expanded = FilesEndpoint.expand(home, path, user, COMPLAINT);
    Path file = target(expanded);
    boolean made = Files.notExists(file);
    try (OutputStream out = open(file, expanded)) {
      if (made) Ownership.take(file);
      copy(content, out);
    }
    metadata.replaceOn(file);
    ObjectNode entry = written.addObject();
    FileMetadata.describe(file, entry);
    entry.put("name", ExactPath.name(expanded));
    entry.put("path", expanded).put("type", "file");
  }

  /** The file at a path, creating its parents. */
  private Path target(String expanded) throws IOException {
    try {
      Parents.make(home, ExactPath.parent(expanded));
    } catch (Parents.RefusedException e) {
      throw new Refusal(500, "error ensuring directories: " + e.getMessage());
    }
    Path file = follow(expanded);
    try {
      if (attributes(file).isDirectory()) {
        throw new Refusal(400, "path is a directory: " + expanded);
      }
      if (!attributes(file).isRegularFile()) { // opening a pipe would wait for its other end
        throw new Refusal(400, "path is not a regular file: " + expanded);
      }
      Ownership.take(file);
    } catch (NoSuchFileException e) {
      return file; // about to be created
    } catch (IOException e) {
      throw noInfo(expanded, e);
    }
    return file;
  }

  private static BasicFileAttributes attributes(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }

  private Path follow(String expanded) {
    try {
      return home.follow(expanded);
    } catch (IOException e) {
      throw noInfo(expanded, e);
    }
  }

  private static Refusal noInfo(String expanded, IOException e) {
    return new Refusal(
        500, "error getting file info: stat " + expanded + ": " + GoErrors.reason(e));
  }

  private static OutputStream open(Path file, String expanded) {
    try {
      return Files.newOutputStream(file);
    } catch (IOException e) {
      throw new Refusal(500, "error opening file: open " + expanded + ": " + GoErrors.reason(e));
    }
  }

  private static void copy(InputStream content, OutputStream out) throws IOException {
    try {
      content.transferTo(out);
    } catch (EOFException e) {
      throw new Refusal(500, "error writing file: unexpected EOF");
    } catch (IOException e) {
      if (!GoErrors.isDiskFull(e)) throw e;
      throw new Refusal(507, "not enough disk space available");
    }
  }
}
