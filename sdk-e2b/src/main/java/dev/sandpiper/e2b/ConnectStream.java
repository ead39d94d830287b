package dev.sandpiper.e2b;

import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectEnd;
import dev.sandpiper.wire.ConnectError;
import dev.sandpiper.wire.ConnectStreamReader;
import dev.sandpiper.wire.MalformedStreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The answers of one streaming call. Read by one thread; {@link #close()} may come from any. */
final class ConnectStream<T> implements AutoCloseable {

  /** Makes of a message's bytes what its stream is read for. */
  @FunctionalInterface
  interface Decoder<T> {
    T decode(byte[] message) throws MalformedStreamException;
  }

  private final HttpRequest request;
  private final HttpResponse response;
  private final Decoder<T> decoder;
  private final EnvdErrors errors;
  private final ConnectStreamReader reader;

  ConnectStream(HttpRequest request, HttpResponse response, Decoder<T> decoder, EnvdErrors errors) {
    this.request = request;
    this.response = response;
    this.decoder = decoder;
    this.errors = errors;
    this.reader = new ConnectStreamReader(response.source(), ConnectClient.LONGEST_MESSAGE);
  }

  /**
   * Blocks for the next message. Null once the stream has ended well.
   *
   * @throws MalformedStreamException if the stream breaks its format
   * @throws IOException if it breaks off
   * @throws dev.sandpiper.SandboxException the error with which the server ended it
   */
  @Nullable T next() throws IOException {
    response.rejectIfStopped();
    byte[] message = reader.nextMessage();
    if (message != null) {
      return decoder.decode(message);
    }
    ConnectEnd end = reader.end();
    Optional<ConnectError> error = end == null ? Optional.empty() : end.error();
    if (error.isPresent()) {
      throw errors.ofCode(error.get(), request.failure(""));
    }
    return null;
  }

  /**
   * Reads on to the end of the stream and of its body, not longer than {@code limit} for each read.
   *
   * @throws IOException if that is not what comes
   */
  void finish(Duration limit) throws IOException {
    response.limitIdle(limit);
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
