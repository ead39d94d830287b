package dev.sandpiper.files;

import dev.sandpiper.CancelledException;
import dev.sandpiper.files.FileReads.Pieces;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.SharedFailure;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import okio.Buffer;
import okio.Source;
import okio.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The bytes of a file in pieces, each delivered when all of it is there. For one reader. */
final class PiecedBytes implements Source {
  private static final Logger log = LoggerFactory.getLogger(PiecedBytes.class);
  private static final int MOST_AHEAD = 4 << 20;

  private final FileParts parts;
  private final HttpRequest request;
  private final FileVersion version;
  private final long end;
  private final Pieces by;
  private final CallScope scope;
  private final Queue<FutureTask<Buffer>> pieces = new ArrayDeque<>();
  private Buffer piece;
  private long asked;
  private int ahead = 1; // one more with each piece that is read: many a reader takes the head only

  /**
   * @param first the first piece
   * @param from where the next one begins
   * @param end behind the last byte
   */
  PiecedBytes(
      FileParts parts,
      HttpRequest request,
      FileVersion version,
      Buffer first,
      long from,
      long end,
      Pieces by) {
    this.parts = parts;
    this.scope = request.scope().child();
    this.request = request.in(scope);
    this.version = version;
    this.piece = first;
    this.asked = from;
    this.end = end;
    this.by = by;
    askAhead();
  }

  private void askAhead() {
    while (asked < end && pieces.size() < ahead) {
      ByteSpan span = new ByteSpan(asked, end - 1).start(by.bytes());
      FutureTask<Buffer> next = new FutureTask<>(() -> parts.read(request, version, span));
      pieces.add(next);
      asked = span.last() + 1;
      try {
        by.ahead().execute(next);
      } catch (CancelledException e) {
        log.debug("{}: no thread for {}, which the reader fetches", request, span);
      }
    }
  }

  @Override
  public long read(Buffer sink, long most) {
    FutureTask<Buffer> next = pieces.peek();
    if (piece.exhausted() && next != null) {
      piece = fetched(next);
      pieces.remove();
      ahead = Math.max(1, Math.min(MOST_AHEAD / by.bytes(), ahead + 1));
      askAhead();
    }
    return piece.read(sink, most);
  }

  /** A piece that failed stays the next one, and fails each time. */
  private Buffer fetched(FutureTask<Buffer> next) {
    next.run(); // unless another thread does
    try {
      return next.get();
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancelledException(request.failure("its thread was interrupted"), e);
    } catch (ExecutionException e) {
      throw SharedFailure.rethrown(e);
    }
  }

  @Override
  public Timeout timeout() {
    return Timeout.NONE;
  }

  /** From any thread: a reader that waits for a piece is freed. */
  @Override
  public void close() {
    scope.cancel();
  }
}
