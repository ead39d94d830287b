package dev.sandpiper.e2b.connect;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.ConnectError;
import java.util.Optional;

/**
 * An error response of the Connect protocol. Keeps the HTTP response too, because the protocol's
 * code for a status is less specific than the status.
 *
 * @param body as far as it was read
 */
public record ConnectFailure(HttpResponse response, ConnectError error, ErrorBody body) {
  /**
   * Empty if the response headers are those of a success.
   *
   * @param type the expected content type
   * @param encodingHeader the name of the header with the compression
   */
  static Optional<ConnectFailure> in(HttpResponse response, String type, String encodingHeader) {
    return response.status() == 200
        ? ConnectError.ofHead(type, response.contentType(), response.header(encodingHeader))
            .map(error -> new ConnectFailure(response, error, ErrorBody.of("")))
        : Optional.of(read(response));
  }

  /** Reads the body of a response with an error status. */
  public static ConnectFailure read(HttpResponse response) {
    ErrorBody body = ErrorBody.of(response);
    byte[] bytes = body.text().getBytes(UTF_8);
    ConnectError error = ConnectError.ofResponse(response.status(), response.contentType(), bytes);
    return new ConnectFailure(response, error, body);
  }

  /**
   * The server's message, or, if the body is not an error of the protocol, the body as readable
   * text.
   */
  public String message() {
    return error.explicit() || contradictsItsStatus()
        ? error.message()
        : body.field("message").orElseGet(body::described);
  }

  /** True if the status is a success but the other headers are not. */
  public boolean contradictsItsStatus() {
    return response.status() == 200;
  }
}
