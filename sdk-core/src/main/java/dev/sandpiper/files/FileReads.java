package dev.sandpiper.files;

import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.ReadOptions;
import dev.sandpiper.SandboxException;
import dev.sandpiper.files.FileReads.Pieces;
import dev.sandpiper.files.FileServer.Answer;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import okio.Buffer;
import okio.BufferedSource;
import okio.GzipSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * Opens files of a sandbox at any offset. After a lost connection a read is resumed only if every
 * range can be checked against one certain version of the file: by modification time and size, and
 * by the offsets in the response.
 */
public final class FileReads {
  /** Go's message for a file that cannot be seeked to its end. */
  private static final String NO_END = "seeker can't seek";

  private final FileServer server;
  private final FileParts parts;
  private final @Nullable Pieces pieces;

  /**
   * @param bytes the maximum length of a piece
   * @param ahead fetches the next pieces in advance
   */
  record Pieces(int bytes, Executor ahead) {}

  private FileReads(HttpTransport transport, FileServer server, @Nullable Pieces pieces) {
    this.server = server;
    this.parts = new FileParts(transport, server);
    this.pieces = pieces;
  }

  /**
   * For servers whose responses contain nothing but the file: bytes are delivered as they arrive.
   */
  public static FileReads streamed(HttpTransport transport, FileServer server) {
    return new FileReads(transport, server, null);
  }

  /**
   * For servers that may mix other bytes into a response, which then ends early. A file is read in
   * pieces, each delivered once it is complete; if its version is not certain, in a single response
   * that is never resumed.
   *
   * @param bytes the maximum length of a piece; 4 MiB, or one piece, are buffered in addition
   * @param ahead fetches the next pieces in advance; pieces that it rejects are fetched by the
   *     reader
   */
  public static FileReads inPieces(
      HttpTransport transport, FileServer server, int bytes, Executor ahead) {
    return new FileReads(transport, server, new Pieces(bytes, ahead));
  }

  /** Opens the requested bytes; the caller closes the stream. */
  public FileBytes open(String operation, String path, ReadOptions options) {
    return new Opening(server.request(operation, path), options).open();
  }

  /** Sends a request for a file until the response belongs to it, at most five times. */
  public HttpResponse answer(HttpRequest request) {
    return parts.ask(request, response -> response);
  }

  /** The opening of one file: turns the server's responses into a source of bytes. */
  private final class Opening {
    private final HttpRequest request;
    private final ReadOptions options;
    private final ByteSpan span;

    Opening(HttpRequest request, ReadOptions options) {
      this.request = request;
      this.options = options;
      this.span = ByteSpan.of(options);
    }

    FileBytes open() {
      Optional<FileBytes> opened = pieces == null ? Optional.empty() : openInPieces(pieces);
      return opened.orElseGet(
          () ->
              parts.ask(
                  span.isWhole() ? request : request.withHeader("Range", span.header()),
                  response -> isPart(response) ? part(response) : withoutRange(response)));
    }

    /** Empty if the file has several pieces and its version is not certain. */
    private Optional<FileBytes> openInPieces(Pieces by) {
      ByteSpan start = span.start(by.bytes());
      return parts.ask(
          request.withHeader("Range", start.header()),
          response ->
              isPart(response) ? pieces(response, start, by) : Optional.of(withoutRange(response)));
    }

    private boolean isPart(HttpResponse response) {
      return response.status() == 206 && !SandboxPaths.isOfTheSystem(request.subject());
    }

    private Optional<FileBytes> pieces(HttpResponse response, ByteSpan start, Pieces by)
        throws IOException {
      try (response) {
        ContentRange range = FileParts.requirePart(request, response, start);
        FileVersion version = FileVersion.of(response, Long.toString(range.total()));
        long end = span.endIn(range.total());
        if (range.last() + 1 < end && !version.isCertain()) {
          return Optional.empty();
        }
        Buffer first = FileParts.readWhole(response, range.length());
        return Optional.of(
            bytes(
                new PiecedBytes(parts, request, version, first, range.last() + 1, end, by),
                version));
      }
    }

    private FileBytes part(HttpResponse response) {
      ContentRange range = FileParts.requirePart(request, response, span);
      FileVersion version = FileVersion.of(response, Long.toString(range.total()));
      return streamed(response, response.source(), version);
    }

    private FileBytes withoutRange(HttpResponse response) throws IOException {
      return switch (response.status()) {
        case 200, 206 -> whole(response);
        case 416 -> nothing(response);
        default -> refused(response);
      };
    }

    private FileBytes whole(HttpResponse response) throws IOException {
      if (server.kind(response) == Answer.DIRECTORY) {
        throw new InvalidRequestException(request.failure("it is a directory"));
      }
      if (isUnsized(response)) {
        response.close();
        return unsized();
      }
      BufferedSource source = unpacked(response);
      skip(source);
      return streamed(
          response, source, FileVersion.of(response, response.header("Content-Length")));
    }

    private boolean isUnsized(HttpResponse response) {
      // The reported size may be wrong, but after an offset there is nothing to read either way.
      boolean isEmpty = "0".equals(response.header("Content-Length"));
      return SandboxPaths.isOfTheSystem(request.subject())
          || (isEmpty && (pieces == null || span.first() == 0));
    }

    private BufferedSource unpacked(HttpResponse response) {
      String encoding = response.header("Content-Encoding");
      if (encoding == null) {
        return response.source();
      }
      if (encoding.toLowerCase(Locale.ROOT).equals("gzip")) {
        return Okio.buffer(new GzipSource(response.source()));
      }
      throw FileParts.malformed(request, "a file in an encoding that was not requested", null);
    }

    private void skip(BufferedSource source) throws IOException {
      for (long left = span.first(); left > 0; ) {
        if (!source.request(1)) {
          throw beyondEnd(span.first() - left);
        }
        long step = Math.min(left, source.getBuffer().size());
        source.skip(step);
        left -= step;
      }
    }

    private InvalidRequestException beyondEnd(long size) {
      return new InvalidRequestException(
          request
              .failure(
                  "offset "
                      + span.first()
                      + " is beyond the end of the file, which has "
                      + size
                      + " bytes")
              .withRetryable(false));
    }

    private FileBytes nothing(HttpResponse response) {
      OptionalLong size = ContentRange.sizeOfUnsatisfied(response.header("Content-Range"));
      if (size.isEmpty()) {
        throw server.refusal(response);
      }
      response.close();
      if (size.getAsLong() > span.first()) {
        throw FileParts.malformed(request, "416 for a range that the file has", null);
      }
      if (size.getAsLong() < span.first()) {
        throw beyondEnd(size.getAsLong());
      }
      return bytes(new Buffer(), new FileVersion("", size.getAsLong()));
    }

    private FileBytes refused(HttpResponse response) throws IOException {
      SandboxException refusal = server.refusal(response);
      if (!refusal.failure().observed().contains(NO_END)) {
        throw refusal;
      }
      response.close();
      return unsized();
    }

    private FileBytes unsized() throws IOException {
      BufferedSource source = Okio.buffer(server.openUnsized(request));
      try {
        skip(source);
        return bytes(source, FileVersion.UNKNOWN);
      } catch (IOException | RuntimeException e) {
        source.close();
        throw e;
      }
    }

    private FileBytes streamed(HttpResponse response, Source source, FileVersion version) {
      boolean resumable = pieces == null && version.isCertain();
      long end = version.size() < 0 ? Long.MAX_VALUE : span.endIn(version.size());
      return bytes(
          new StreamedBytes(
              resumable ? parts : null, request, version, response, source, span.first(), end),
          version);
    }

    private FileBytes bytes(Source source, FileVersion version) {
      return new FileBytes(request, source, options, version);
    }
  }
}
