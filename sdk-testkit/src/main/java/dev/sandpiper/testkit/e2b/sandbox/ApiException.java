package dev.sandpiper.testkit.e2b.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.testkit.http.Exchange;
import dev.sandpiper.testkit.http.GoJson;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The control plane rejects a request, with the status and the message of the response. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final @Nullable String errorCode;

  public ApiException(int status, String message) {
    this(status, message, null);
  }

  /**
   * @param errorCode the code by which clients distinguish errors; null for none
   */
  public ApiException(int status, String message, @Nullable String errorCode) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }

  public static ApiException sandboxNotFound(String id) {
    return new ApiException(404, "sandbox \"" + id + "\" not found");
  }

  public static ApiException notRunning(LocalSandbox sandbox) {
    return new ApiException(409, "sandbox \"" + sandbox.id() + "\" is not running");
  }

  /** Throws if {@code refusal} is not null. */
  public static void throwIf(@Nullable String refusal) {
    if (refusal != null) throw new ApiException(400, refusal);
  }

  public void answer(Exchange exchange) throws IOException {
    ObjectNode body = GoJson.object().put("code", status).put("message", getMessage());
    if (errorCode != null) body.put("error_code", errorCode);
    exchange.json(status, body);
  }
}
