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

/** The answers of one streaming call. Read by one thread; {@link #close()} may come from any. */
public record ConnectStream<T>(
    HttpRequest request,
    HttpResponse response,
    ConnectStreamReader reader,
    MessageReader<T> messages,
    ConnectErrors errors)
    implements AutoCloseable {

  /**
   * Blocks for the next message. Null once the stream has ended well.
   *
   * @throws MalformedStreamException if the stream breaks its format
   * @throws IOException if the connection closes before its end
   * @throws dev.sandpiper.SandboxException the error with which the server ended it
   */
  public @Nullable T next() throws IOException {
    response.rejectIfStopped();
    T message = response.atPace(() -> reader.next(messages));
    if (message != null) {
      return message;
    }
    ConnectEnd end = requireNonNull(reader.end(), "the reader has read the end");
    Optional<ConnectError> error = end.error();
    if (error.isPresent()) {
      throw errors.ofEnd(error.get(), end, request.failure(""));
    }
    return null;
  }

  /** {@link #next()}, whose exceptions are failures of an operation. */
  public @Nullable T next(Failure about) {
    try {
      return next();
    } catch (MalformedStreamException e) {
      throw new WireFormatException(about.withObserved("the sandbox sent " + e.getMessage()), e);
    } catch (IOException e) {
      throw new ConnectionLostException(about.withObserved("the connection broke"), null, e);
    }
  }

  /** What came before the first message. */
  Headers headers() {
    return response.headers();
  }

  /** How the server ended the stream; null until it has, whether in an error or not. */
  @Nullable ConnectEnd end() {
    return reader.end();
  }

  /** From now on it belongs to another call, with which it ends. */
  public void continueIn(CallScope scope) {
    response.continueIn(scope);
  }

  /**
   * Reads on to the end of the stream and of its body, within a scope for all of it.
   *
   * @throws IOException if that is not what comes
   */
  public void finish(CallScope scope) throws IOException {
    response.continueIn(scope);
    if (next() != null) {
      throw new MalformedStreamException("a message after the last one");
    }
    reader.expectNothingMore();
  }

  /** Gives the stream up, from any thread; a blocked reader gets a {@code CancelledException}. */
  void cancel() {
    response.cancel();
  }

  /** Frees the connection. Only for the thread that reads, or when nobody does. */
  @Override
  public void close() {
    response.close();
  }
}
