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
 * A body whose reads are watched: the idle clock runs while a read waits for the socket and at no
 * other time. What we stopped ourselves comes out as the error that says why.
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
      rejectIfStopped();
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
   * On HTTP/2 a failed read is OkHttp's last look at the call: cancelling it would not tell the
   * peer any more, only closing does, and that not on a thread whose interrupt flag is set.
   */
  private void closeQuietly() {
    Uninterrupted.run(
        () -> {
          try {
            super.close();
          } catch (IOException e) {
            log.debug("closing what was stopped failed", e);
          } catch (RuntimeException | Error e) {
            ForeignFailure.log("closing what was stopped", e);
          }
        });
  }

  /** From now on each response limit brings a number of bytes, or the end. */
  void requirePace() {
    paced = !errors.limits().response().isZero();
    windowBegan = call.time().nanos();
    windowBegin = received;
  }

  /** Ends what {@link #requirePace} began. */
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

  /** After a stop nothing is delivered, even what had arrived before. */
  void rejectIfStopped() {
    WatchedCall.Stop stop = call.stopped();
    if (stop != null) {
      throw errors.stopped(stop, true);
    }
  }

  /** From now on a read waits as long as the client's limit says. */
  void restoreIdleLimit() {
    idle = errors.limits().idle();
  }

  boolean isExhausted() {
    return ended || received == length;
  }
}
