package dev.sandpiper.blaxel;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.files.ContentRange;
import dev.sandpiper.files.FileBytes;
import dev.sandpiper.files.FileVersion;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.util.OptionalLong;
import okhttp3.HttpUrl;
import okio.BufferedSource;

/** Opens files of a sandbox, at any byte, and again where a transfer broke. */
final class FileReads {
  private final HttpTransport transport;

  FileReads(HttpTransport transport) {
    this.transport = transport;
  }

  /** The bytes that are asked for; the caller closes them. */
  FileBytes open(String operation, String path, HttpUrl url, ReadOptions options) {
    HttpRequest request = raw(operation, path, url);
    boolean whole = options.offset() == 0 && options.length().isEmpty();
    HttpRequest asked =
        whole ? request : request.withHeader("Range", range(options.offset(), options.length()));
    HttpResponse response = transport.send(asked);
    try {
      return switch (response.status()) {
        case 200 -> ofWhole(request, response, options);
        case 206 -> ofPart(request, response, options);
        case 416 -> ofNothing(request, response, options);
        default -> throw refusal(response);
      };
    } catch (RuntimeException e) {
      response.close();
      throw e;
    }
  }

  /** A request for the bytes of a file, and not for what else the server could say of it. */
  static HttpRequest raw(String operation, String path, HttpUrl url) {
    return HttpRequest.of(operation, path, "GET", url)
        .withHeader("Accept", "application/octet-stream")
        .harmless();
  }

  private static String range(long from, OptionalLong length) {
    long most = Long.MAX_VALUE - from;
    return "bytes="
        + from
        + "-"
        + (length.isPresent() && length.getAsLong() <= most
            ? Long.toString(from + length.getAsLong() - 1)
            : "");
  }

  private static SandboxException refusal(HttpResponse response) {
    try (response) {
      return FileErrors.of(response);
    }
  }

  /** A directory is listed instead, also where bytes were asked for. */
  private static void requireFile(HttpResponse response) {
    if (String.valueOf(response.header("Content-Disposition")).startsWith("attachment")) {
      return;
    }
    if (String.valueOf(response.contentType()).startsWith("application/json")) {
      throw new InvalidRequestException(response.failure("it is a directory"));
    }
    throw new WireFormatException(response.failure("an answer that is no file"), null);
  }

  /** Also the answer of an empty file, whatever was asked of it. */
  private FileBytes ofWhole(HttpRequest request, HttpResponse response, ReadOptions options) {
    requireFile(response);
    skip(request, response.source(), options.offset());
    FileVersion version = FileVersion.of(response, response.header("Content-Length"));
    return new FileBytes(this::resume, request, response, response.source(), version, options);
  }

  private static void skip(HttpRequest request, BufferedSource source, long count) {
    long left = count;
    try {
      while (left > 0) {
        if (!source.request(1)) {
          throw beyondEnd(request, count - left, count);
        }
        long step = Math.min(left, source.getBuffer().size());
        source.skip(step);
        left -= step;
      }
    } catch (IOException e) {
      throw FileBytes.lost(request, "the transfer broke off before its first byte", e);
    }
  }

  private static InvalidRequestException beyondEnd(HttpRequest request, long size, long offset) {
    return new InvalidRequestException(
        request
            .failure("the file has " + size + " bytes, and none at " + offset)
            .withRetryable(false));
  }

  private FileBytes ofPart(HttpRequest request, HttpResponse response, ReadOptions options) {
    requireFile(response);
    ContentRange range = contentRange(request, response);
    if (range.first() != options.offset()) {
      throw malformed(request, new MalformedStreamException("another part of the file: " + range));
    }
    FileVersion version = FileVersion.of(response, Long.toString(range.total()));
    return new FileBytes(this::resume, request, response, response.source(), version, options);
  }

  private static ContentRange contentRange(HttpRequest request, HttpResponse response) {
    try {
      return ContentRange.parse(response.header("Content-Range"));
    } catch (MalformedStreamException e) {
      throw malformed(request, e);
    }
  }

  private static WireFormatException malformed(HttpRequest request, MalformedStreamException e) {
    return new WireFormatException(request.failure("the sandbox sent " + e.getMessage()), e);
  }

  private FileBytes ofNothing(HttpRequest request, HttpResponse response, ReadOptions options) {
    OptionalLong size = ContentRange.sizeOfUnsatisfied(response.header("Content-Range"));
    if (size.isEmpty()) {
      throw refusal(response);
    }
    if (size.getAsLong() != options.offset()) {
      throw beyondEnd(request, size.getAsLong(), options.offset());
    }
    response.close();
    return FileBytes.none(this::resume, request, response, options);
  }

  /**
   * Goes on behind {@code position}, in exactly the file that was begun.
   *
   * @throws dev.sandpiper.ConnectionLostException if it is another by now
   */
  private HttpResponse resume(HttpRequest request, FileVersion version, long position, long end) {
    HttpRequest asked =
        request
            .withHeader("Range", range(position, OptionalLong.of(end - position)))
            .withHeader("If-Range", version.lastModified());
    HttpResponse response = transport.send(asked);
    if (response.status() != 206 && response.status() != 200) {
      throw refusal(response);
    }
    if (response.status() == 206) {
      ContentRange range = contentRange(request, response);
      if (range.first() == position && range.total() == version.size()) {
        return response;
      }
    }
    response.close();
    throw FileBytes.lost(
        request, "the transfer broke off, and the file was changed before it could go on", null);
  }
}
