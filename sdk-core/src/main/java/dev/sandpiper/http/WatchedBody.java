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
 * A request body whose writing is watched. The response clock runs while a write waits for the
 * socket and starts again with every piece that went through; while the caller's own content is
 * read it stands still.
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

  /** Keeps OkHttp from sending it a second time by itself. */
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
        // Within a frame it would break a connection that others share.
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
