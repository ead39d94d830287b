package dev.sandpiper.blaxel;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.wire.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.ByteString;

/** The files of this machine, as a sandbox's server lists, reads and writes them. */
final class ServedFiles {
  private ServedFiles() {}

  static MockResponse answer(RecordedRequest request, Path path) throws Exception {
    try {
      return switch (request.getMethod()) {
        case "GET" ->
            Files.isDirectory(path)
                ? list(path)
                : String.valueOf(request.getHeaders().get("Accept")).contains("json")
                    ? described(path)
                    : read(request, path);
        case "PUT" -> write(request, path);
        default -> {
          Files.delete(path);
          yield ScriptedBlaxel.json(200, "{\"message\":\"File deleted successfully\"}");
        }
      };
    } catch (NoSuchFileException e) {
      return ScriptedBlaxel.error(404, "stat " + path + ": no such file or directory");
    }
  }

  private static MockResponse described(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    return ScriptedBlaxel.json(
        200, Json.object().put("path", path.toString()).put("content", "").toString());
  }

  private static MockResponse list(Path path) throws IOException {
    ObjectNode listing = Json.object().put("path", path.toString());
    var files = listing.putArray("files");
    try (Stream<Path> all = Files.list(path)) {
      for (Path each : all.toList()) {
        BasicFileAttributes stat = Files.readAttributes(each, BasicFileAttributes.class);
        files
            .addObject()
            .put("name", each.getFileName().toString())
            .put("size", stat.isRegularFile() ? stat.size() : 0);
      }
    } catch (NoSuchFileException | UncheckedIOException e) {
      return ScriptedBlaxel.error(422, "lstat: no such file or directory");
    }
    listing.putArray("subdirectories");
    return ScriptedBlaxel.json(200, listing.toString());
  }

  private static MockResponse read(RecordedRequest request, Path path) throws IOException {
    String[] range =
        Objects.requireNonNull(request.getHeaders().get("Range")).substring(6).split("-", 2);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      long size = file.length();
      long from = Long.parseLong(range[0]);
      MockResponse.Builder response =
          new MockResponse.Builder().addHeader("Content-Disposition", "attachment");
      if (size == 0) {
        return response.code(200).build();
      }
      if (from >= size) {
        return response.code(416).addHeader("Content-Range", "bytes */" + size).build();
      }
      long to = Math.min(size - 1, Long.parseLong(range[1]));
      byte[] bytes = new byte[(int) (to - from + 1)];
      file.seek(from);
      file.readFully(bytes);
      return response
          .code(206)
          .addHeader("Content-Range", "bytes " + from + "-" + to + "/" + size)
          .body(new okio.Buffer().write(bytes))
          .build();
    } catch (java.io.FileNotFoundException e) {
      throw new NoSuchFileException(path.toString());
    }
  }

  private static MockResponse write(RecordedRequest request, Path path) throws Exception {
    byte[] body = ScriptedBlaxel.bytes(request);
    String type = String.valueOf(request.getHeaders().get("Content-Type"));
    if (type.startsWith("multipart/")) {
      ByteString whole = ByteString.of(body);
      int begin = whole.indexOf(ByteString.encodeUtf8("\r\n\r\n")) + 4;
      int end = whole.lastIndexOf(ByteString.encodeUtf8("\r\n--"));
      body = whole.substring(begin, end).toByteArray();
    } else {
      body = Json.parse(body).path("content").asText().getBytes(UTF_8);
    }
    try (var target = new java.io.FileOutputStream(path.toFile())) {
      target.write(body);
    }
    return ScriptedBlaxel.json(200, "{\"message\":\"written\"}");
  }
}
