package dev.sandpiper.e2b;

import static dev.sandpiper.http.JsonApi.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.NotFoundException.What;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxInfo.State;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.envd.E2bCall;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpResponse;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.function.Supplier;

/** The calls of E2B's REST API about one sandbox that not every control plane has. */
record SandboxCalls(ControlPlane plane, String id) {
  private static final String SANDBOX = "sandbox";

  /** False if it was paused already. */
  boolean pause(E2bPauseMode mode) {
    JsonNode body = Json.object().put("memory", mode == E2bPauseMode.FULL);
    try {
      routed("pausing", () -> require(request(E2bCall.PAUSE).withJson(body)));
      return true;
    } catch (SandboxException e) {
      boolean isConflict = e.status().orElse(0) == 409;
      if (!isConflict && !Ambiguity.mayHaveStarted(e)) {
        throw e;
      }
      return settled(e, isConflict);
    }
  }

  /** Determines the outcome after a conflict, or after a failure with an unknown outcome. */
  private boolean settled(SandboxException failure, boolean isConflict) {
    State state;
    try {
      state = plane.info(id).state();
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw isConflict
          ? failure
          : unknown(failure, "the state of the sandbox could not be queried");
    }
    if (state == State.PAUSED) {
      return !isConflict;
    }
    throw isConflict ? failure : unknown(failure, "a moment later it was " + state);
  }

  private static SandboxException unknown(SandboxException failure, String observed) {
    return Ambiguity.unknown(failure, "it is unknown whether it will be paused; " + observed);
  }

  /** Takes a snapshot of its current state. */
  E2bSnapshot snapshot(E2bSnapshotOptions options) {
    ObjectNode body = Json.object();
    options.name().ifPresent(name -> body.put("name", name));
    options.mode().ifPresent(mode -> body.put("memory", mode == E2bPauseMode.FULL));
    HttpRequest request = request(E2bCall.SNAPSHOT).withJson(body);
    return Ambiguity.saying(
        "it is unknown whether there is a snapshot",
        () ->
            routed(
                "snapshots",
                () -> {
                  try (HttpResponse response = send(request)) {
                    return E2bSnapshot.of(json(response), response);
                  }
                }));
  }

  /** Starts copies of it. Each item of the response is a copy or an error. */
  JsonNode fork(int count, Duration timeToLive) {
    JsonNode body =
        Json.object().put("count", count).put("timeout", ControlPlane.seconds(timeToLive));
    HttpRequest request = request(E2bCall.FORK).withJson(body);
    return Ambiguity.saying(
        "it is unknown how many forks there are",
        () ->
            routed(
                "forks",
                () -> {
                  try (HttpResponse response = send(request)) {
                    JsonNode forks = json(response);
                    if (!forks.isArray()) {
                      throw new WireFormatException(response.failure("expected a JSON array"));
                    }
                    return forks;
                  }
                }));
  }

  /** Replaces all of its network rules. Idempotent. */
  void updateNetwork(E2bNetwork rules) {
    HttpRequest request = request(E2bCall.UPDATE_NETWORK).withJson(rules.update());
    routed("network rules", () -> require(request));
  }

  E2bSandboxDetails details() {
    return plane
        .api()
        .ask(
            request(E2bCall.INFO),
            What.SANDBOX,
            response -> {
              JsonNode json = ControlPlane.sandbox(id, response);
              return new E2bSandboxDetails(SandboxJson.info(json, response), json);
            });
  }

  private HttpRequest request(E2bCall call) {
    return plane.api().request(call, id, id);
  }

  private void require(HttpRequest request) {
    plane.api().require(request, What.SANDBOX);
  }

  private HttpResponse send(HttpRequest request) {
    return plane.api().send(request, What.SANDBOX);
  }

  private static void routed(String feature, Runnable call) {
    routed(
        feature,
        () -> {
          call.run();
          return true;
        });
  }

  /** Makes a call, and distinguishes a server without this route from a missing sandbox. */
  static <T> T routed(String feature, Supplier<T> call) {
    try {
      return call.get();
    } catch (SandboxException e) {
      if (ControlPlane.isWithoutRoute(e, SANDBOX)) {
        throw new InvalidRequestException(
            e.failure()
                .withObserved("this control plane has no " + feature + ", so nothing was done"),
            e);
      }
      throw e;
    }
  }
}
