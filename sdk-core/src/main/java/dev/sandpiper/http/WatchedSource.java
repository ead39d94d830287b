package dev.sandpiper.http;

import dev.sandpiper.DeadlineExceededException.Limit;
import dev.sandpiper.SandboxException;
import java.io.IOException;
import java.time.Duration;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response body whose reads are watched: the idle limit runs only while a read waits for the
 * socket. A read of a call that we stopped throws the reason for the stop.
 */
final class WatchedSource extends ForwardingSource {
  private static final Logger log = LoggerFactory.getLogger(HttpTransport.class);

  private static final long LEAST_IN_A_LIMIT = 64 << 10;

  private final WatchedCall call;
  private final CallErrors errors;
  private final long length;
  private Duration idle;
  private long received;
  private boolean ended;
  // A minimum rate, while it is required: since when, and from which byte.
  private boolean paced;
  private long windowBegan;
  private long windowBegin;

  WatchedSource(ResponseBody body, WatchedCall call, CallErrors errors) {
    super(body.source());
    this.call = call;
    this.idle = errors.limits().idle();
    this.errors = errors;
    this.length = body.contentLength();
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    call.awaitingBytes(idle);
    try {
      long count = super.read(sink, byteCount);
      rejectIfStopped();
      if (count < 0) {
        ended = true;
      } else {
        received += count;
        rejectIfTooSlow();
      }
      return count;
    } catch (IOException e) {
      call.noteInterrupt(e);
      if (call.stopped() != null) {
        closeQuietly();
      }
      rejectIfStopped(); // our reason instead of OkHttp's
      throw e;
    } catch (SandboxException e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw errors.foreign(e, call);
    } finally {
      call.exit();
    }
  }

  /**
   * After a failed read on HTTP/2, OkHttp ignores a cancel, so the peer would not learn that the
   * stream ended. Only closing the body resets the stream, and not on a thread whose interrupt flag
   * is set.
   */
  private void closeQuietly() {
    Uninterrupted.run(
        () -> {
          try {
            super.close();
          } catch (IOException e) {
            log.debug("closing a stopped response failed", e);
          } catch (RuntimeException | Error e) {
            ForeignFailure.log("closing a stopped response", e);
          }
        });
  }

  /** From now on a minimum number of bytes, or the end, must arrive within each response limit. */
  void requirePace() {
    paced = !errors.limits().response().isZero();
    windowBegan = call.time().nanos();
    windowBegin = received;
  }

  /** Undoes {@link #requirePace}. */
  void allowPauses() {
    paced = false;
  }

  private void rejectIfTooSlow() {
    Duration limit = errors.limits().response();
    if (!paced || call.time().nanos() - windowBegan < Durations.nanos(limit)) {
      return;
    }
    if (received - windowBegin < LEAST_IN_A_LIMIT) {
      call.stop(new WatchedCall.Stop.Silent(Limit.RESPONSE, limit));
      rejectIfStopped();
    }
    requirePace();
  }

  void limitIdle(Duration limit) {
    idle = limit;
  }

  /**
   * Throws after a stop, so that nothing is delivered any more, not even bytes that had arrived
   * before.
   */
  void rejectIfStopped() {
    WatchedCall.Stop stop = call.stopped();
    if (stop != null) {
      throw errors.stopped(stop, true);
    }
  }

  /** Restores the client's idle limit. */
  void restoreIdleLimit() {
    idle = errors.limits().idle();
  }

  boolean isExhausted() {
    return ended || received == length;
  }
}
