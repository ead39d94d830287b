package dev.sandpiper.files;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.files.FileServer.Answer;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import okio.Buffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests ranges of files and checks that each response is the requested range of the same
 * version.
 */
record FileParts(HttpTransport transport, FileServer server) {
  private static final Logger log = LoggerFactory.getLogger(FileParts.class);
  private static final int ATTEMPTS = 5;

  /** Consumes a response, and closes it unless the result does. */
  @FunctionalInterface
  interface Use<T> {

    /**
     * Called with a successful response that belongs to the request, or with an error response.
     *
     * @throws IOException if the connection closed in mid-response, so that the request is retried
     */
    T of(HttpResponse response) throws IOException;
  }

  /** Sends the request until a response can be used, at most five times. */
  <T> T ask(HttpRequest request, Use<T> use) {
    IOException broken = null;
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      HttpResponse response = transport.send(request);
      try {
        if (!isSuccess(response) || server.kind(response) != Answer.SPOILT) {
          return use.of(response);
        }
        broken = null;
      } catch (IOException e) {
        broken = e;
      } catch (RuntimeException e) {
        response.close();
        throw e;
      }
      response.close();
      log.debug("{}: attempt {} failed: {}", request, attempt, String.valueOf(broken));
    }
    throw broken == null
        ? malformed(request, "other content instead of the file, " + ATTEMPTS + " times", null)
        : lost(request, "the connection closed in mid-transfer " + ATTEMPTS + " times", broken);
  }

  static boolean isSuccess(HttpResponse response) {
    return response.status() == 200 || response.status() == 206;
  }

  /** Reads the whole range, from {@code version} of the file. */
  Buffer read(HttpRequest request, FileVersion version, ByteSpan span) {
    return ask(
        of(request, version, span),
        response -> {
          try (response) {
            requireVersion(request, response, version, span);
            return readWhole(response, span.length());
          }
        });
  }

  /** Opens a response with the range, from {@code version} of the file. */
  HttpResponse open(HttpRequest request, FileVersion version, ByteSpan span) {
    return ask(
        of(request, version, span),
        response -> {
          requireVersion(request, response, version, span);
          return response;
        });
  }

  private static HttpRequest of(HttpRequest request, FileVersion version, ByteSpan span) {
    return request
        .withHeader("Range", span.header())
        .withHeader("If-Range", version.lastModified());
  }

  private void requireVersion(
      HttpRequest request, HttpResponse response, FileVersion version, ByteSpan span) {
    if (!isSuccess(response) && response.status() != 416) {
      throw server.refusal(response);
    }
    if (response.status() != 206 || !version.isOf(response, range(request, response))) {
      throw lost(request, "the file was changed while it was read", null);
    }
    requirePart(request, response, span);
  }

  /** The range in a response, which must be {@code span}. */
  static ContentRange requirePart(HttpRequest request, HttpResponse response, ByteSpan span) {
    ContentRange range = range(request, response);
    if (!range.answers(span)) {
      throw malformed(request, "range " + range + " of the file instead of " + span, null);
    }
    String length = response.header("Content-Length");
    if (response.header("Content-Encoding") != null
        || (length != null && !length.equals(Long.toString(range.length())))) {
      throw malformed(request, "a range of the file with contradictory headers", null);
    }
    return range;
  }

  private static ContentRange range(HttpRequest request, HttpResponse response) {
    try {
      return ContentRange.parse(response.header("Content-Range"));
    } catch (MalformedStreamException e) {
      throw malformed(request, String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads the whole body.
   *
   * @throws IOException if its length is not {@code length}
   */
  static Buffer readWhole(HttpResponse response, long length) throws IOException {
    Buffer bytes = new Buffer();
    response.source().readFully(bytes, length);
    if (!response.source().exhausted()) {
      throw new IOException("more than the " + length + " bytes of the range");
    }
    return bytes;
  }

  static WireFormatException malformed(
      HttpRequest request, String observed, @Nullable Throwable cause) {
    return new WireFormatException(request.failure("the sandbox sent " + observed), cause);
  }

  static ConnectionLostException lost(
      HttpRequest request, String observed, @Nullable IOException cause) {
    return new ConnectionLostException(request.failure(observed), null, cause);
  }
}
