package dev.sandpiper.e2b.sessions;

import static dev.sandpiper.http.JsonApi.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Capability;
import dev.sandpiper.Failure;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.UnsupportedCapabilityException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.engine.SandboxIds;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ControlPlaneErrors;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.Routes;
import dev.sandpiper.wire.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;

/**
 * The calls of the API about one session. The server responds with 500 to almost every failure, so
 * the session itself is then requested, to distinguish a lost session from another failure.
 */
final class SessionCalls {
  static final ControlPlaneErrors ERRORS =
      new ControlPlaneErrors(List.of("message"), List.of(), Set.of(400, 422), Map.of(), null);

  private static final int FAILED = 500;
  private static final String GONE =
      "the session is gone: deleted, or idle for ten minutes, or it never was";

  private final JsonApi api;
  private final SessionsAccount account;
  private final String id;

  SessionCalls(SessionsAccount account, String id) {
    this.api = account.api();
    this.account = account;
    this.id = id;
  }

  String id() {
    return id;
  }

  /** A new scope without a deadline, by the client's clock. */
  CallScope scope() {
    return account.threads().scope();
  }

  long reattachNanos() {
    return Durations.nanos(account.reattachLimit());
  }

  /**
   * Rejects a text that is not possible in a reference.
   *
   * @throws IllegalArgumentException if it is not the id of a session
   */
  static String requireId(String text) {
    if (!SandboxIds.isOne(text)) {
      throw new IllegalArgumentException("the id of a session has 1 to 128 of A-Z a-z 0-9 . _ -");
    }
    return text;
  }

  /** An id that is possible in a reference; the server's response is not trusted to have one. */
  static String requiredId(JsonNode json, String field, HttpResponse response) {
    return SandboxIds.in(json, field)
        .orElseThrow(
            () ->
                new WireFormatException(response.failure("malformed response: no valid " + field)));
  }

  /** The exception for a feature that this API lacks. */
  static UnsupportedCapabilityException unsupported(
      String operation, String subject, Capability missing) {
    return new UnsupportedCapabilityException(
        Failure.of(operation, subject, "E2B's sessions API has no " + missing), missing);
  }

  /** The session, which this refreshes. */
  JsonNode look(String operation, CallScope scope) {
    HttpRequest request = api.request(SessionCall.LOOK, id, id).withOperation(operation);
    try (HttpResponse response = api.send(request.in(scope), What.SANDBOX)) {
      return response.status() == 204 ? Json.object() : json(response);
    } catch (PlatformException e) {
      throw e.status().orElse(0) == FAILED ? gone(e) : e;
    }
  }

  private static SandboxNotRunningException gone(SandboxException e) {
    return new SandboxNotRunningException(
        e.failure().withObserved(GONE).withRetryable(false), null, e);
  }

  /** False if it had ended already. */
  boolean delete(UnaryOperator<HttpRequest> change) {
    try {
      require(change.apply(api.request(SessionCall.KILL, id, id)), What.SANDBOX);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Starts a process. Never sent twice. */
  ProcessState start(String name, JsonNode command, CallScope scope) {
    HttpRequest request = api.request(SessionCall.START, name, id).withJson(command).in(scope);
    try (HttpResponse response = send(request, What.PROCESS)) {
      return ProcessState.read(response);
    }
  }

  /**
   * The current state of the process; empty if the server has no such process.
   *
   * @param wait whether to wait for its end; after a while that fails with a {@code
   *     DeadlineExceededException}
   */
  Optional<ProcessState> process(String name, String process, boolean wait, CallScope scope) {
    HttpUrl.Builder url = Routes.of(api.base(), SessionCall.FOLLOW, id, process).newBuilder();
    if (wait) {
      url.addQueryParameter("wait", "true");
    }
    HttpRequest request = JsonApi.request(SessionCall.FOLLOW, name, url.build()).in(scope);
    try (HttpResponse response =
        send(wait ? request.within(account.longestWait()) : request, What.PROCESS)) {
      return response.status() == 204 ? Optional.empty() : Optional.of(ProcessState.read(response));
    }
  }

  /** Stops a process, which the server then removes. */
  void stop(String name, String process, CallScope scope) {
    require(api.request(SessionCall.STOP, name, id, process).in(scope), What.PROCESS);
  }

  /**
   * Writes to a process's input. The request body is that of a related server, because this API's
   * is not documented.
   */
  void writeStdin(String name, String process, String text, CallScope scope) {
    HttpRequest request =
        api.request(SessionCall.WRITE_STDIN, name, id, process)
            .withJson(Json.object().put("stdin", text));
    require(request.in(scope).unlimited(), What.PROCESS);
  }

  JsonNode list(String operation, String path) {
    return document(at(SessionCall.LIST, path).withOperation(operation));
  }

  void makeDirectory(String path) {
    require(at(SessionCall.MAKE_DIRECTORY, path), What.FILE);
  }

  void remove(String path) {
    require(at(SessionCall.DELETE, path), What.FILE);
  }

  JsonNode read(String path) {
    return document(at(SessionCall.READ, path));
  }

  /**
   * Writes a file. The request body is that of a related server, because this API's is not
   * documented.
   */
  void write(String path, String content) {
    JsonNode body = Json.object().put("content", content);
    require(at(SessionCall.WRITE, path).withJson(body), What.FILE);
  }

  private HttpRequest at(SessionCall call, String path) {
    HttpUrl url = Routes.of(api.base(), call, id);
    String kind = url.pathSegments().get(url.pathSize() - 1);
    HttpUrl.Builder spelled = url.newBuilder().addQueryParameter("path", path);
    if (account.singularPaths() && kind.endsWith("s")) {
      spelled.setPathSegment(url.pathSize() - 1, kind.substring(0, kind.length() - 1));
    }
    return JsonApi.request(call, path, spelled.build());
  }

  private JsonNode document(HttpRequest request) {
    try (HttpResponse response = send(request, What.FILE)) {
      return json(response);
    }
  }

  private void require(HttpRequest request, What missing) {
    send(request, missing).close();
  }

  private HttpResponse send(HttpRequest request, What missing) {
    try {
      return api.send(request, missing);
    } catch (PlatformException e) {
      throw e.status().orElse(0) == FAILED && isGone(request, e) ? gone(e) : e;
    }
  }

  private boolean isGone(HttpRequest request, PlatformException failure) {
    try {
      look(request.operation(), request.scope());
      return false;
    } catch (NotFoundException e) {
      return true;
    } catch (CancelledException e) {
      e.addSuppressed(failure); // the call was abandoned, and its result is not read
      throw e;
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      return false;
    }
  }
}
