package dev.sandpiper.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;
import okio.Sink;

/**
 * A request body whose writes are watched. The response limit runs while a write waits for the
 * socket and restarts with every piece that was written; it is suspended while the caller's content
 * is read.
 */
final class WatchedBody extends RequestBody {
  private final HttpBody body;
  private final WatchedCall call;

  WatchedBody(HttpBody body, WatchedCall call) {
    this.body = body;
    this.call = call;
  }

  @Override
  public MediaType contentType() {
    return MediaType.get(body.contentType());
  }

  @Override
  public long contentLength() {
    return body.length();
  }

  /** True, so that OkHttp does not send it a second time on its own. */
  @Override
  public boolean isOneShot() {
    return true;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    call.exit();
    call.markBodyOpened();
    BufferedSink watched = Okio.buffer(new WatchedSink(sink));
    try {
      body.writeTo(watched);
    } catch (RuntimeException | Error e) {
      call.markContentFailure(e);
      throw e;
    }
    watched.flush();
    call.awaitingResponse();
  }

  private final class WatchedSink extends ForwardingSink {
    WatchedSink(Sink socket) {
      super(socket);
    }

    @Override
    public void write(Buffer source, long byteCount) throws IOException {
      if (Thread.currentThread().isInterrupted()) {
        // Between two writes: an interrupt within a frame would break the shared connection.
        throw new InterruptedIOException("interrupted between two writes");
      }
      call.awaitingResponse();
      super.write(source, byteCount);
      call.exit();
    }

    @Override
    public void flush() throws IOException {
      call.awaitingResponse();
      super.flush();
      call.exit();
    }
  }
}
