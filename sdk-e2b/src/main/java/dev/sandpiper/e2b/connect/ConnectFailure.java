package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectError;
import java.util.Optional;

/**
 * An unsuccessful response, as the protocol sees it. Its status is beside it, because the
 * protocol's code for a status says less than the status.
 *
 * @param body as far as it was read
 */
public record ConnectFailure(HttpResponse response, ConnectError error, ErrorBody body) {
  /**
   * Empty if the head is that of a success.
   *
   * @param type what the answer has to be of
   * @param encodingHeader where it says how it is compressed
   */
  static Optional<ConnectFailure> in(HttpResponse response, String type, String encodingHeader) {
    return response.status() == 200
        ? ConnectError.ofHead(type, response.contentType(), response.header(encodingHeader))
            .map(error -> new ConnectFailure(response, error, ErrorBody.of("")))
        : Optional.of(read(response));
  }

  /** Reads the body of an answer whose status says that it is an error. */
  public static ConnectFailure read(HttpResponse response) {
    ErrorBody body = ErrorBody.of(response);
    byte[] bytes = body.text().getBytes(UTF_8);
    ConnectError error = ConnectError.ofResponse(response.status(), response.contentType(), bytes);
    return new ConnectFailure(response, error, body);
  }

  /** What the server says; where that is not an error of the protocol, the body for people. */
  public String message() {
    return error.explicit() || contradictsItsStatus()
        ? error.message()
        : body.field("message").orElseGet(body::described);
  }

  /** True if the status claims a success that the rest of the head is not. */
  public boolean contradictsItsStatus() {
    return response.status() == 200;
  }
}
