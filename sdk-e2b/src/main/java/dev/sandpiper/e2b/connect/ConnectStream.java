package dev.sandpiper.e2b.connect;

import static java.util.Objects.requireNonNull;

import dev.sandpiper.ConnectionLostException;
import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import dev.sandpiper.wire.ConnectStreamReader;
import dev.sandpiper.wire.MalformedStreamException;
import dev.sandpiper.wire.MessageReader;
import java.io.IOException;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * The responses of one streaming call. Read by one thread; {@link #cancel()} may be called from any
 * thread.
 */
public record ConnectStream<T>(
    HttpRequest request,
    HttpResponse response,
    ConnectStreamReader reader,
    MessageReader<T> messages,
    ConnectErrors errors)
    implements AutoCloseable {

  /**
   * Blocks for the next message. Null once the stream has ended successfully.
   *
   * @throws MalformedStreamException if the stream is malformed
   * @throws IOException if the connection closes before the end of the stream
   * @throws dev.sandpiper.SandboxException if the server ended the stream with an error
   */
  public @Nullable T next() throws IOException {
    response.rejectIfStopped();
    T message = response.atPace(() -> reader.next(messages));
    if (message != null) {
      return message;
    }
    ConnectEnd end = requireNonNull(reader.end(), "end-of-stream message");
    Optional<ConnectError> error = end.error();
    if (error.isPresent()) {
      throw errors.ofEnd(error.get(), end, request.failure(""));
    }
    return null;
  }

  /** Like {@link #next()}, but throws {@code IOException}s as failures of an operation. */
  public @Nullable T next(Failure about) {
    try {
      return next();
    } catch (MalformedStreamException e) {
      throw new WireFormatException(about.withObserved("malformed response: " + e.getMessage()), e);
    } catch (IOException e) {
      throw new ConnectionLostException(
          about.withObserved("the connection closed before the stream ended"), null, e);
    }
  }

  /** The response headers. */
  Headers headers() {
    return response.headers();
  }

  /** The end-of-stream message, with or without an error; null before the end. */
  @Nullable ConnectEnd end() {
    return reader.end();
  }

  /** Makes the stream a part of another call, with whose scope it ends. */
  public void continueIn(CallScope scope) {
    response.continueIn(scope);
  }

  /**
   * Reads to the end of the stream and of the response body, within a scope.
   *
   * @throws IOException if another message arrives, or the stream does not end properly
   */
  public void finish(CallScope scope) throws IOException {
    response.continueIn(scope);
    if (next() != null) {
      throw new MalformedStreamException("a message after the final one");
    }
    reader.expectNothingMore();
  }

  /**
   * Cancels the stream. A blocked reader gets a {@code CancelledException}. May be called from any
   * thread.
   */
  void cancel() {
    response.cancel();
  }

  /** Releases the connection. Called by the reading thread, or after reading has ended. */
  @Override
  public void close() {
    response.close();
  }
}
