package dev.sandpiper.e2b.envd;

import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.SandboxUnreachableException;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import java.time.Duration;
import java.util.function.Function;

/**
 * Detects responses of the edge in front of a sandbox, and throws: the sandbox is not running, or
 * its daemon cannot be reached. The control plane is asked for the state of a sandbox that is not
 * running, because the edge does not distinguish a paused one from a deleted one.
 *
 * @param state asks the control plane, within a call's scope
 */
public record EdgeTransport(HttpTransport next, Function<CallScope, State> state)
    implements HttpTransport {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  @Override
  public HttpResponse send(HttpRequest request) {
    HttpResponse response = next.send(request);
    if (response.status() != 502) {
      return response;
    }
    ErrorBody body = ErrorBody.ahead(response);
    String message = body.field("message").orElse("");
    boolean isEdges = body.json().has("sandboxId") || body.json().has("sandboxID");
    if (message.contains("port is not open") || (isEdges && body.json().has("port"))) {
      try (response) {
        throw unreachable(response, message);
      }
    }
    if (isEdges || message.endsWith("was not found")) {
      try (response) {
        throw notRunning(request.scope(), response);
      }
    }
    return response;
  }

  private static SandboxException unreachable(HttpResponse response, String message) {
    return new SandboxUnreachableException(
        response
            .failure("the sandbox's daemon cannot be reached [" + message + "]")
            .withRetryable(true),
        null);
  }

  private SandboxException notRunning(CallScope scope, HttpResponse response) {
    Failure failure = response.failure("").withRetryable(false);
    State known;
    try {
      known = state.apply(scope.within(PATIENCE));
    } catch (NotFoundException e) {
      return new SandboxNotRunningException(
          failure.withObserved("the sandbox is gone: it was killed or expired, or never existed"),
          null,
          e);
    } catch (SandboxException e) {
      return new SandboxNotRunningException(
          failure.withObserved(
              "the sandbox is not running: it was killed, expired or paused, or never existed"),
          null,
          e);
    }
    return new SandboxNotRunningException(failure.withObserved(observed(known)), known, null);
  }

  private static String observed(State known) {
    return known == State.PAUSED
        ? "the sandbox is paused; connect to its id or resume() it, then retry"
        : "the edge does not find the sandbox, which is " + known + " according to the platform";
  }
}
