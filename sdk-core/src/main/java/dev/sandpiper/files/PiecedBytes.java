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

/** A file read in pieces, each delivered once it is complete. For one reader. */
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

  /**
   * Pieces to prefetch. Grows with each piece read, because many readers need only the beginning.
   */
  private int ahead = 1;

  /**
   * @param first the first piece
   * @param from the offset of the next piece
   * @param end the end offset, exclusive
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
        log.debug("{}: no thread to prefetch {}, the reader fetches it", request, span);
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

  /** A piece that failed remains the next one, so every further read fails too. */
  private Buffer fetched(FutureTask<Buffer> next) {
    next.run(); // does nothing if another thread runs it
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

  /** May be called from any thread; unblocks a reader that waits for a piece. */
  @Override
  public void close() {
    scope.cancel();
  }
}
