package dev.sandpiper.blaxel.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Content;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.blaxel.server.UploadForm;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.files.UploadProgress;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ContentReads;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.http.Uninterrupted;
import dev.sandpiper.wire.Json;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import okhttp3.HttpUrl;
import okio.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Uploads files. Blaxel's gateway accepts five megabytes per request, so longer files are uploaded
 * in pieces, each verified by its digest, and assembled at the end; until then the file is
 * unchanged.
 */
public record Uploads(HttpTransport transport, HttpUrl base, CallScope scope) {
  /** Including the form around it, below the five megabytes that the gateway accepts. */
  public static final int PIECE = 9 << 19;

  private static final Logger log = LoggerFactory.getLogger(Uploads.class);
  private static final int MOST_PIECES = 10_000;
  private static final Duration CLEAN_UP = Duration.ofSeconds(10);

  /** Uploads a file. An exception of the listener is rethrown. */
  public void write(String path, Content content, UploadProgress progress) {
    progress.run(() -> send(path, content, progress));
    progress.end();
  }

  private void send(String path, Content content, UploadProgress progress) {
    try (InputStream source = open(path, content)) {
      byte[] first = piece(path, source);
      if (first.length < PIECE) {
        whole(path, first, progress);
      } else {
        inPieces(path, first, source, progress);
      }
    } catch (IOException e) {
      log.debug("write {}: its source could not be closed: {}", path, e.toString());
    }
  }

  private static InputStream open(String path, Content content) {
    try {
      return content.open();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static byte[] piece(String path, InputStream source) {
    try {
      return source.readNBytes(PIECE);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  private static CancelledException unreadable(String path, IOException cause) {
    return ContentReads.failed(Failure.of("write", path, ""), cause);
  }

  private void whole(String path, byte[] bytes, UploadProgress progress) {
    UploadForm form = new UploadForm(bytes, progress);
    answer(BlaxelCall.WRITE.about(base, path, path).withBody(form));
  }

  private void inPieces(String path, byte[] first, InputStream source, UploadProgress progress) {
    HttpRequest begin = BlaxelCall.BEGIN_UPLOAD.about(base, path, path);
    String id =
        SandboxIds.in(answer(begin.withJson(Json.object())), "uploadId")
            .orElseThrow(
                () ->
                    new WireFormatException(
                        Failure.of("write", path, "the response has no upload id"), null));
    try {
      ObjectNode all = Json.object();
      ArrayNode pieces = all.putArray("parts");
      byte[] piece = first;
      while (piece.length > 0) {
        UploadForm form = new UploadForm(piece, progress);
        pieces.add(sendPiece(path, id, pieces.size() + 1, piece, form));
        progress.pass();
        piece = piece.length < PIECE ? new byte[0] : piece(path, source);
      }
      answer(request(BlaxelCall.COMPLETE_UPLOAD, path, id).withJson(all));
    } catch (RuntimeException e) {
      abort(path, id, e);
      throw e;
    }
  }

  private JsonNode sendPiece(
      String path, String upload, int number, byte[] bytes, UploadForm form) {
    if (number > MOST_PIECES) {
      throw new InvalidRequestException(
          Failure.of(
              "write", path, "the content has more than " + MOST_PIECES + " pieces of 4.5 MiB"));
    }
    HttpUrl url =
        Routes.of(base, BlaxelCall.UPLOAD_PIECE, upload)
            .newBuilder()
            .addQueryParameter("partNumber", Integer.toString(number))
            .build();
    HttpRequest request = HttpRequest.of(BlaxelCall.UPLOAD_PIECE, path, url);
    String digest = answer(request.withBody(form)).path("etag").asText("").replace("\"", "");
    String expected = new Buffer().write(bytes).md5().hex();
    if (!digest.equals(expected)) {
      throw new WireFormatException(
          Failure.of(
              "write", path, "piece " + number + " was corrupted: its digest does not match"),
          null);
    }
    return Json.object().put("partNumber", number).put("etag", digest);
  }

  /** Aborts the upload; otherwise its pieces would remain in the sandbox's memory. */
  private void abort(String path, String upload, RuntimeException cause) {
    HttpRequest request =
        request(BlaxelCall.ABORT_UPLOAD, path, upload).in(scope.apart()).within(CLEAN_UP);
    try {
      Uninterrupted.run(() -> transport.send(request).close());
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      log.warn("write {}: its upload could not be aborted: {}", path, e.getMessage());
    }
  }

  private HttpRequest request(BlaxelCall call, String path, String upload) {
    return HttpRequest.of(call, path, Routes.of(base, call, upload));
  }

  private JsonNode answer(HttpRequest request) {
    HttpRequest asked = request.withHeader("Accept", "application/json").in(scope);
    try (HttpResponse response = transport.send(asked)) {
      if (response.status() != 200) {
        throw FileErrors.of(response);
      }
      return SandboxErrors.json(response);
    }
  }
}
