package dev.sandpiper.files;

import dev.sandpiper.ReadOptions;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Opens files of a sandbox at any byte. Nothing is delivered behind a break unless every part was
 * checked against one certain version of the file: by its time and size, and by the first and last
 * byte that its answer names.
 */
public final class FileReads {
  private final FileServer server;
  private final FileParts parts;
  private final @Nullable Pieces pieces;

  /**
   * @param bytes how long a piece is at the most
   * @param ahead may fetch the next ones
   */
  record Pieces(int bytes, Executor ahead) {}

  private FileReads(HttpTransport transport, FileServer server, @Nullable Pieces pieces) {
    this.server = server;
    this.parts = new FileParts(transport, server);
    this.pieces = pieces;
  }

  /** For servers whose answers hold nothing but the file: bytes are delivered as they come. */
  public static FileReads streamed(HttpTransport transport, FileServer server) {
    return new FileReads(transport, server, null);
  }

  /**
   * For servers that may put other bytes into an answer, which then breaks off. A file is read in
   * pieces, each delivered when all of it is there; where its version is not certain, in one answer
   * that is never resumed.
   *
   * @param bytes how long a piece is at the most; 4 MiB or one piece are held beside it
   * @param ahead may fetch the next pieces; those that it does not, the reader fetches
   */
  public static FileReads inPieces(
      HttpTransport transport, FileServer server, int bytes, Executor ahead) {
    return new FileReads(transport, server, new Pieces(bytes, ahead));
  }

  /** The bytes that are asked for; the caller closes them. */
  public FileBytes open(String operation, String path, ReadOptions options) {
    HttpRequest request = server.request(operation, path);
    return new FileOpening(server, parts, pieces, request, options).open();
  }

  /** Sends a request for a file until the answer belongs to it, at most five times. */
  public HttpResponse answer(HttpRequest request) {
    return parts.ask(request, response -> response);
  }
}
