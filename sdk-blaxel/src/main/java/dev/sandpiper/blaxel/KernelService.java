package dev.sandpiper.blaxel;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.server.BlaxelCall;
import dev.sandpiper.blaxel.server.SandboxErrors;
import dev.sandpiper.http.ErrorBody;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.kernel.CodeService;
import dev.sandpiper.kernel.ServiceErrors;
import okhttp3.HttpUrl;

/**
 * The code interpreter of a sandbox on Blaxel, reached on a port through the gateway.
 *
 * @param url the sandbox's address
 */
record KernelService(String sandboxId, HttpTransport transport, HttpUrl url)
    implements CodeService {
  private static final String MISSING =
      "nothing responds on port 8888 of the sandbox: its image has no code interpreter, or that has"
          + " not started yet. Create the sandbox from the image "
          + BlaxelSandbox.CODE_INTERPRETER_IMAGE
          + " with port 8888";

  /** The gateway also sends a page if a service ends in the middle of a request. */
  private static final String OR_DIED =
      "; if it was there a moment ago, it is unknown whether it processed the request";

  @Override
  public HttpRequest request(Verb verb, String subject, String... values) {
    BlaxelCall call = call(verb);
    HttpRequest request = HttpRequest.of(call, subject, Routes.of(url, call, values));
    return verb == Verb.RUN ? request.asProcessStream() : request;
  }

  private static BlaxelCall call(Verb verb) {
    return switch (verb) {
      case RUN -> BlaxelCall.RUN_CODE;
      case CREATE_CONTEXT -> BlaxelCall.CREATE_CONTEXT;
      case LIST_CONTEXTS -> BlaxelCall.LIST_CONTEXTS;
      case RESTART_CONTEXT -> BlaxelCall.RESTART_CONTEXT;
      case DELETE_CONTEXT -> BlaxelCall.DELETE_CONTEXT;
    };
  }

  /** The gateway's own errors are JSON; the service's are text, or its framework's JSON. */
  @Override
  public SandboxException error(HttpResponse response, What missing) {
    boolean isGateways = ErrorBody.ahead(response).json().path("error").isObject();
    if (response.status() == 502) {
      String observed = isGateways ? MISSING : MISSING + OR_DIED;
      return new NotFoundException(What.LISTENER, response.failure(observed));
    }
    return isGateways ? SandboxErrors.of(response, missing) : ServiceErrors.of(response, missing);
  }

  @Override
  public boolean sendsKeepAlives() {
    return false;
  }

  @Override
  public String afterDisconnect() {
    return "the code may go on: Blaxel does not stop it, restart its context to do so";
  }
}
