package dev.sandpiper.e2b;

import dev.sandpiper.PlatformException;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectError;
import dev.sandpiper.wire.ConnectMetadata;
import java.io.IOException;
import java.util.Optional;
import okio.ByteString;

/**
 * An answer that is no success, as the protocol sees it. Its status is beside it, because the
 * protocol's code for a status says less than the status.
 *
 * @param body as far as it was read
 */
record ConnectFailure(HttpResponse response, ConnectError error, ByteString body) {
  private static final int LONGEST_BODY = 64 << 10;

  /**
   * Empty if the head is that of a success.
   *
   * @param type what the answer has to be of
   * @param encodingHeader where it says how it is compressed
   */
  static Optional<ConnectFailure> in(HttpResponse response, String type, String encodingHeader) {
    return response.status() == 200
        ? ConnectError.ofHead(type, response.contentType(), response.header(encodingHeader))
            .map(error -> new ConnectFailure(response, error, ByteString.EMPTY))
        : Optional.of(read(response));
  }

  /** Reads the body of an answer whose status says that it is an error. */
  static ConnectFailure read(HttpResponse response) {
    try {
      byte[] body = response.readStart(LONGEST_BODY);
      ConnectError error = ConnectError.ofResponse(response.status(), response.contentType(), body);
      return new ConnectFailure(response, error, ByteString.of(body));
    } catch (IOException e) {
      throw new PlatformException(response.failure("an error whose body broke off"), e);
    }
  }

  /** True if the status claims a success that the rest of the head is not. */
  boolean contradictsItsStatus() {
    return response.status() == 200;
  }

  /** The headers and trailers of a unary answer. */
  ConnectMetadata metadata() {
    return ConnectMetadata.ofUnary(response.headers().toMultimap());
  }
}
