package dev.sandpiper.e2b;

import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxUnreachableException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.Routes;
import dev.sandpiper.kernel.CodeService;
import dev.sandpiper.kernel.ServiceErrors;
import okhttp3.Headers;
import okhttp3.HttpUrl;

/**
 * The code interpreter of a sandbox on E2B.
 *
 * @param edge the transport to the sandbox's ports, without headers yet
 */
record KernelService(HttpTransport edge, SandboxAccess access, HttpUrl base, String userAgent)
    implements CodeService {
  static final int PORT = 49_999;

  private static final String MISSING =
      "nothing listens on port "
          + PORT
          + " of the sandbox: its template has no code interpreter, or that has not started yet."
          + " Create the sandbox from the template "
          + E2bSandbox.CODE_INTERPRETER_TEMPLATE;

  @Override
  public String sandboxId() {
    return access.sandboxId();
  }

  @Override
  public HttpTransport transport() {
    return request -> {
      try {
        return edge.send(request);
      } catch (SandboxUnreachableException e) {
        // The edge responds like this without asking the sandbox, so nothing was processed.
        throw new NotFoundException(What.LISTENER, e.failure().withObserved(MISSING), e);
      }
    };
  }

  @Override
  public HttpRequest request(Verb verb, String subject, String... values) {
    E2bCall call = call(verb);
    HttpRequest request =
        HttpRequest.of(call, subject, Routes.of(base, call, values)).withHeaders(headers(verb));
    // The service detects an abandoned run by the end of its connection; over HTTP/2 only a stream
    // to the edge would end.
    return verb == Verb.RUN ? request.alone() : request;
  }

  private static E2bCall call(Verb verb) {
    return switch (verb) {
      case RUN -> E2bCall.RUN_CODE;
      case CREATE_CONTEXT -> E2bCall.CREATE_CONTEXT;
      case LIST_CONTEXTS -> E2bCall.LIST_CONTEXTS;
      case RESTART_CONTEXT -> E2bCall.RESTART_CONTEXT;
      case DELETE_CONTEXT -> E2bCall.DELETE_CONTEXT;
    };
  }

  private Headers headers(Verb verb) {
    Headers.Builder headers =
        new Headers.Builder()
            .add("E2b-Sandbox-Id", access.sandboxId())
            .add("E2b-Sandbox-Port", Integer.toString(PORT))
            .add("User-Agent", userAgent)
            .add("Accept-Encoding", "identity");
    if (access.trafficToken() != null) {
      headers.add("E2B-Traffic-Access-Token", access.trafficToken());
    }
    // The service reads the sandbox's variables with it before the first run in a context.
    if (verb == Verb.RUN && access.accessToken() != null) {
      headers.add("X-Access-Token", access.accessToken());
    }
    return headers.build();
  }

  @Override
  public SandboxException error(HttpResponse response, What missing) {
    return ServiceErrors.of(response, missing);
  }

  @Override
  public boolean sendsKeepAlives() {
    return true;
  }

  @Override
  public String afterDisconnect() {
    return "E2B interrupts the code within about 5 s of losing the connection";
  }

  /** The address, never the tokens. */
  @Override
  public String toString() {
    return "KernelService[" + access + "]";
  }
}
