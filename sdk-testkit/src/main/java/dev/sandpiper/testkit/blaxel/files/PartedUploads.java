package dev.sandpiper.testkit.blaxel.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.blaxel.api.Answers;
import dev.sandpiper.testkit.blaxel.api.RequestBody;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.http.GoJson.MalformedException;
import dev.sandpiper.testkit.http.Multipart;
import dev.sandpiper.testkit.http.Refusal;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code /filesystem-multipart}: a file that is sent in parts, in any order, and then joined. */
final class PartedUploads implements AutoCloseable {
  static final String ROUTE = "/filesystem-multipart";
  private static final String INITIATE = ROUTE + "/initiate";
  private static final int MOST_PARTS = 10_000;

  private final BlaxelPaths paths;
  private final UploadStore store;

  PartedUploads(BlaxelPaths paths, DiskWrites disk) {
    this.paths = paths;
    this.store = new UploadStore(disk);
  }

  /** Returns whether the request was handled. */
  boolean answer(Exchange exchange, RequestPath path) throws IOException {
    String method = exchange.method();
    if (method.equals("POST") && path.startsWith(INITIATE + "/")) {
      initiate(exchange, paths.absolute(paths.named(path, INITIATE)));
      return true;
    }
    String[] names = path.after(ROUTE).split("/", -1);
    if (names.length == 1 && method.equals("GET")) {
      list(exchange);
      return true;
    }
    if (names.length != 3) return false;
    switch (method + " " + names[2]) {
      case "PUT part" -> part(exchange, names[1]);
      case "POST complete" -> complete(exchange, names[1]);
      case "DELETE abort" -> {
        found(names[1]);
        store.abort(names[1]);
        Answers.done(exchange, "", "Multipart upload aborted successfully");
      }
      case "GET parts" -> parts(exchange, names[1]);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void initiate(Exchange exchange, String target) throws IOException {
    int mode = DiskWrites.FILE_MODE;
    String permissions = permissions(exchange);
    if (!permissions.isEmpty()) {
      mode = FileWriting.parseMode(permissions, "invalid permissions format: ");
    }
    paths.follow(target); // rejected now, if it is outside
    exchange.json(
        200, GoJson.object().put("uploadId", store.begin(target, mode)).put("path", target));
  }

  /** A missing or malformed body is ignored. */
  private static String permissions(Exchange exchange) throws IOException {
    try {
      return RequestBody.read(exchange, "MultipartInitiateRequest").text("permissions");
    } catch (Refusal | MalformedException e) {
      return "";
    }
  }

  private void part(Exchange exchange, String id) throws IOException {
    int number = number(exchange.query().get("partNumber"));
    String type = exchange.header("Content-Type");
    if (type == null || !type.startsWith("multipart/form-data")) {
      throw new Refusal(
          400, "error reading multipart data: request Content-Type isn't multipart/form-data");
    }
    Multipart form = FileWriting.open(exchange, type);
    for (Multipart.Part part = FileWriting.next(form);
        part != null;
        part = FileWriting.next(form)) {
      if (!part.isFile()) continue;
      if (store.find(id) == null) throw failed("upload part", "upload not found: " + id);
      if (number < 1 || number > MOST_PARTS) {
        throw failed("upload part", "part number must be between 1 and 10000");
      }
      UploadStore.Part stored = store.add(id, number, part.content());
      exchange.drain();
      exchange.json(
          200,
          GoJson.object()
              .put("partNumber", number)
              .put("etag", stored.etag())
              .put("size", stored.size()));
      return;
    }
    throw new Refusal(400, "missing 'file' field in multipart form");
  }

  private static int number(@Nullable String text) {
    if (text == null || text.isEmpty()) throw new Refusal(400, "partNumber is required");
    if (text.matches("[+-]?\\d{1,9}")) return Integer.parseInt(text);
    String reason = text.matches("[+-]?\\d+") ? "value out of range" : "invalid syntax";
    throw new Refusal(400, "invalid partNumber: strconv.Atoi: parsing \"" + text + "\": " + reason);
  }

  private void complete(Exchange exchange, String id) throws IOException {
    RequestBody body = RequestBody.read(exchange, "MultipartCompleteRequest");
    JsonNode parts = body.array("parts", "[]handler.MultipartPartInfo");
    if (parts == null || parts.isEmpty()) throw new Refusal(400, "at least one part is required");
    UploadStore.Upload upload = found(id);
    NavigableMap<Integer, UploadStore.Part> listed = new TreeMap<>();
    for (JsonNode part : parts) {
      int number = part.path("partNumber").asInt();
      UploadStore.Part stored = upload.parts().get(number);
      if (stored == null) throw failed("complete upload", "part " + number + " not found");
      if (!stored.etag().equals(part.path("etag").asText())) {
        throw failed("complete upload", "etag mismatch for part " + number);
      }
      listed.put(number, stored);
    }
    store.complete(exchange, id, upload, listed.values());
    Answers.done(exchange, upload.target(), "Multipart upload completed successfully");
  }

  private static Refusal failed(String what, String reason) {
    return new Refusal(500, "failed to " + what + ": " + reason);
  }

  private UploadStore.Upload found(String id) {
    UploadStore.Upload upload = store.find(id);
    if (upload == null) throw new Refusal(404, "upload not found: " + id);
    return upload;
  }

  private void parts(Exchange exchange, String id) throws IOException {
    UploadStore.Upload upload = found(id);
    ObjectNode answer = GoJson.object().put("uploadId", id);
    ArrayNode parts = answer.putArray("parts");
    upload.parts().values().forEach(part -> part.describe(parts.addObject()));
    exchange.json(200, answer);
  }

  private void list(Exchange exchange) throws IOException {
    ObjectNode answer = GoJson.object();
    ArrayNode uploads = answer.putArray("uploads");
    store
        .all()
        .forEach(
            (id, upload) -> {
              ObjectNode described = uploads.addObject().put("uploadId", id);
              described
                  .put("path", upload.target())
                  .put("permissions", upload.mode())
                  .put("initiatedAt", FileStatus.time(upload.begun()));
              ObjectNode parts = described.putObject("parts");
              upload
                  .parts()
                  .values()
                  .forEach(part -> part.describe(parts.putObject(String.valueOf(part.number()))));
            });
    exchange.json(200, answer);
  }

  /** Removes all uploads and deletes their parts. */
  @Override
  public void close() {
    store.close();
  }
}
