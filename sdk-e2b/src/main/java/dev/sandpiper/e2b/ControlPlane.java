package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.NotFoundException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.PlatformException;
import dev.sandpiper.RefusedException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.SandboxNotRunningException;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.ControlPlaneErrors;
import dev.sandpiper.http.ControlPlaneErrors.Verdict;
import dev.sandpiper.http.Durations;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.http.JsonApi;
import dev.sandpiper.http.UserAgent;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The calls of E2B's REST API that this library makes. */
record ControlPlane(JsonApi api) {
  private static final String UNRESPONSIVE = "sandbox_snapshot_guest_agent_unresponsive";

  /** A gateway's transient statuses. */
  private static final Set<Integer> PASSING = Set.of(502, 503, 504);

  /** A response, and whether its status was 201. */
  record Connected(JsonNode sandbox, boolean resumed) {}

  ControlPlane(HttpTransport transport, HttpUrl base) {
    this(new JsonApi(transport, base, errors(E2bCall.REPEAT_HEADER)));
  }

  private static ControlPlaneErrors errors(@Nullable String repeatHeader) {
    return new ControlPlaneErrors(
        List.of("message"),
        List.of("error_code"),
        Set.of(400),
        Map.of(
            "sandbox_capacity_unavailable", Verdict.NOTHING_DONE,
            "sandbox_no_compatible_node", Verdict.NOTHING_DONE,
            "sandbox_create_refused", Verdict.REFUSED_FOR_GOOD),
        repeatHeader);
  }

  static Headers headers(UserAgent userAgent, @Nullable String apiKey) {
    Headers.Builder headers =
        new Headers.Builder()
            .add("User-Agent", userAgent.text())
            .add("Accept", "application/json")
            .add("Accept-Encoding", "identity")
            .add("lang", "java")
            .add("lang_version", System.getProperty("java.specification.version", "unknown"))
            .add("package_version", userAgent.version())
            .add("publisher", "sandpiper")
            .add("sdk_runtime", "jvm")
            .add("system", System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT));
    if (apiKey != null) {
      headers.add("X-API-KEY", apiKey);
    }
    return headers.build();
  }

  ControlPlane in(CallScope scope) {
    return with(request -> request.in(scope));
  }

  /** The same calls, with {@code change} applied to each request before it is sent. */
  ControlPlane with(UnaryOperator<HttpRequest> change) {
    return new ControlPlane(api.with(change));
  }

  /** The outcome of a create. */
  sealed interface Created {
    record Sandbox(JsonNode json) implements Created {}

    /**
     * E2B has refused the request, or the response was lost.
     *
     * @param isRepeatable whether the same request may be sent again, under its key
     */
    record Refused(SandboxException refusal, boolean isRepeatable) implements Created {}
  }

  /**
   * The request that creates a sandbox, with an idempotency key of at most 255 characters of {@code
   * [a-z0-9-]}.
   */
  HttpRequest createRequest(String subject, JsonNode spec, String key) {
    return api.request(E2bCall.CREATE, subject).withJson(spec).withHeader("Idempotency-Key", key);
  }

  /** Sends {@link #createRequest}. */
  Created create(HttpRequest request) {
    try (HttpResponse response = api.transport().send(request)) {
      if (response.status() == 201 || response.status() == 200) {
        return new Created.Sandbox(created(response));
      }
      SandboxException refusal = api.errors().of(response, What.TEMPLATE);
      String word = response.header(E2bCall.REPEAT_HEADER);
      boolean isRepeatable =
          word == null ? PASSING.contains(response.status()) : refusal.retryable();
      return new Created.Refused(refusal, isRepeatable);
    }
  }

  /** Creates a sandbox on a server without idempotency keys. Never sent twice. */
  JsonNode createOverFirstVersion(String subject, JsonNode spec) {
    HttpRequest request = api.request(E2bCall.CREATE_FIRST_VERSION, subject).withJson(spec);
    JsonApi keyless = new JsonApi(api.transport(), api.base(), errors(null));
    try (HttpResponse response = keyless.send(request, What.TEMPLATE)) {
      return created(response);
    }
  }

  private static JsonNode created(HttpResponse response) {
    JsonNode sandbox = json(response);
    SandboxJson.id(sandbox, response);
    return sandbox;
  }

  /**
   * The sandbox of the response, which must be the requested one, because an opened sandbox may be
   * killed.
   */
  static JsonNode sandbox(String asked, HttpResponse response) {
    JsonNode sandbox = json(response);
    String id = SandboxJson.id(sandbox, response);
    // Old ids end in a dash and the id of a client, which the server leaves out.
    if (!asked.equals(id) && !asked.startsWith(id + "-")) {
      throw new WireFormatException(
          response.failure("malformed response: it describes another sandbox"));
    }
    return sandbox;
  }

  /**
   * True if the response means that the server has no such route, not that the thing does not
   * exist.
   *
   * @param thing the word for it in the platform's own message
   */
  static boolean isWithoutRoute(SandboxException refusal, String thing) {
    int status = refusal.status().orElse(0);
    String said = refusal.failure().observed().toLowerCase(Locale.ROOT);
    boolean isTold = refusal.code().isPresent() || said.contains(thing);
    return status == 405 || (status == 404 && !isTold);
  }

  /** Prolongs a sandbox's life, never shortens it, and wakes it if it sleeps. */
  Connected connect(String id, Duration timeToLive) {
    return connected(id, timed(E2bCall.CONNECT, id, timeToLive));
  }

  /**
   * Like {@link #connect(String, Duration)}, with the way to wake it. A reboot needs the second
   * version of the route: an older control plane would ignore the option and restore it.
   */
  Connected connect(String id, Duration timeToLive, E2bResumeMode mode) {
    if (mode == E2bResumeMode.RESTORE) {
      return connect(id, timeToLive);
    }
    JsonNode body = Json.object().put("timeout", seconds(timeToLive)).put("memory", false);
    HttpRequest request = api.request(E2bCall.REBOOT, id, id).withJson(body);
    return SandboxCalls.routed("reboots", () -> connected(id, request));
  }

  private Connected connected(String id, HttpRequest request) {
    try {
      return api.ask(
          request,
          What.SANDBOX,
          response -> new Connected(sandbox(id, response), response.status() == 201));
    } catch (SandboxException e) {
      if (e.code().filter(UNRESPONSIVE::equals).isPresent()) {
        throw new RefusedException(
            e.failure()
                .withObserved(
                    e.failure().observed()
                        + "; its memory cannot be used: resume it with E2bResumeMode.REBOOT"));
      }
      throw e;
    }
  }

  void expireIn(String id, Duration timeToLive) {
    try {
      api.require(timed(E2bCall.EXPIRE_IN, id, timeToLive), What.SANDBOX);
    } catch (PlatformException e) {
      throw e.status().orElse(0) == 409 ? notRunning(id, e) : e;
    }
  }

  /** The exception for a conflict, which may be caused by the sandbox's state. */
  private SandboxException notRunning(String id, PlatformException conflict) {
    State state;
    try {
      state = info(id).state();
    } catch (SandboxException e) {
      conflict.addSuppressed(e);
      return conflict;
    }
    if (state == State.RUNNING) {
      return conflict;
    }
    String observed = "the sandbox does not run, it is " + state + "; resume() gives it a new time";
    return new SandboxNotRunningException(
        conflict.failure().withObserved(observed), state, conflict);
  }

  private HttpRequest timed(E2bCall call, String id, Duration timeToLive) {
    return api.request(call, id, id).withJson(Json.object().put("timeout", seconds(timeToLive)));
  }

  /** All details of one sandbox, including its token. */
  JsonNode look(String id) {
    return look("connect", id, response -> sandbox(id, response));
  }

  SandboxInfo info(String id) {
    return look("info", id, response -> SandboxJson.info(sandbox(id, response), response));
  }

  private <T> T look(String operation, String id, Function<HttpResponse, T> read) {
    HttpRequest request = api.request(E2bCall.INFO, id, id).withOperation(operation);
    return api.ask(request, What.SANDBOX, read);
  }

  /** False if there was nothing to kill. */
  boolean kill(String id) {
    return delete(E2bCall.KILL, id);
  }

  /** False if it did not exist. */
  boolean deleteSnapshot(String id) {
    return delete(E2bCall.DELETE_SNAPSHOT, id);
  }

  private boolean delete(E2bCall call, String id) {
    try {
      api.require(api.request(call, id, id), What.SANDBOX);
      return true;
    } catch (NotFoundException e) {
      return false;
    }
  }

  /** Rounds up to whole seconds. */
  static int seconds(Duration duration) {
    return Durations.wholeSeconds(duration);
  }
}
