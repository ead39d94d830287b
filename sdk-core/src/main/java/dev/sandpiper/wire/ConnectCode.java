package dev.sandpiper.wire;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The error codes of the Connect protocol.
 *
 * @see <a href="https://connectrpc.com/docs/protocol/#error-codes">Connect error codes</a>
 */
public enum ConnectCode {
  CANCELED,
  UNKNOWN,
  INVALID_ARGUMENT,
  DEADLINE_EXCEEDED,
  NOT_FOUND,
  ALREADY_EXISTS,
  PERMISSION_DENIED,
  RESOURCE_EXHAUSTED,
  FAILED_PRECONDITION,
  ABORTED,
  OUT_OF_RANGE,
  UNIMPLEMENTED,
  INTERNAL,
  UNAVAILABLE,
  DATA_LOSS,
  UNAUTHENTICATED;

  /** The code as JSON spells it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The code with this lower-case name; empty if there is none. */
  public static Optional<ConnectCode> of(String wireName) {
    return Stream.of(values()).filter(code -> code.wireName().equals(wireName)).findFirst();
  }

  /** The code that the protocol assigns to an HTTP status if the response has no usable code. */
  public static ConnectCode ofHttpStatus(int status) {
    return switch (status) {
      case 400 -> INTERNAL;
      case 401 -> UNAUTHENTICATED;
      case 403 -> PERMISSION_DENIED;
      case 404 -> UNIMPLEMENTED;
      case 429, 502, 503, 504 -> UNAVAILABLE;
      default -> UNKNOWN;
    };
  }
}
