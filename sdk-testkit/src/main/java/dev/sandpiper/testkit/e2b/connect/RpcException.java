package dev.sandpiper.testkit.e2b.connect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.GoJson;
import dev.sandpiper.testkit.machine.Confinement;

/** The failure of a call: the code and the message for its caller. */
public final class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final ConnectCode code;

  public RpcException(ConnectCode code, String message) {
    super(message);
    this.code = code;
  }

  public static RpcException invalid(String message) {
    return new RpcException(ConnectCode.INVALID_ARGUMENT, message);
  }

  public static RpcException internal(String message) {
    return new RpcException(ConnectCode.INTERNAL, message);
  }

  public static RpcException unimplemented(String message) {
    return new RpcException(ConnectCode.UNIMPLEMENTED, message);
  }

  public static RpcException notFound(String message) {
    return new RpcException(ConnectCode.NOT_FOUND, message);
  }

  public static RpcException outside(Confinement.OutsideException e) {
    return new RpcException(ConnectCode.PERMISSION_DENIED, String.valueOf(e.getMessage()));
  }

  public static RpcException deadlineExceeded() {
    return new RpcException(ConnectCode.DEADLINE_EXCEEDED, "context deadline exceeded");
  }

  public ConnectCode code() {
    return code;
  }

  /** The error as JSON, as in a unary response and in an end-of-stream envelope. */
  public ObjectNode tree() {
    return GoJson.object()
        .put("code", code.wireName())
        .put("message", String.valueOf(getMessage()));
  }
}
