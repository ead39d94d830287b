package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates one sandbox, once. One of its labels is a nonce, which is the request's idempotency key
 * too. If it is unknown after a failure whether the sandbox exists, it is searched for by that
 * nonce in the list, twice. A sandbox that is found is adopted, or deleted if the caller gave up or
 * it cannot be used.
 */
final class Creation {
  private static final Logger log = LoggerFactory.getLogger(Creation.class);
  private static final String DEFAULT_TEMPLATE = "base";
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final ControlPlane api;
  private final E2bSandboxSpec spec;
  private final String nonce = Nonce.random();
  private final String template;
  private final CreateCall call;

  Creation(ControlPlane api, E2bSandboxSpec spec, CreateCall.Terms terms) {
    this.api = api;
    this.spec = spec;
    this.template = spec.common().template().orElse(DEFAULT_TEMPLATE);
    this.call = new CreateCall(api, terms, spec, template, body(), nonce);
  }

  /**
   * Creates the sandbox and opens it.
   *
   * @param scope if it is cancelled, the sandbox is deleted
   * @param open opens the sandbox of E2B's response; if that fails, the sandbox is deleted
   */
  <T> T create(CallScope scope, Function<JsonNode, T> open) {
    JsonNode answer;
    try {
      answer = call.send(scope);
    } catch (SandboxException e) {
      if (!call.mayExist()) {
        throw e;
      }
      return Uninterrupted.get(() -> recover(e, scope, open));
    }
    String id = SandboxJson.required(answer, "sandboxID");
    return opened(
        id,
        answer,
        scope,
        created -> {
          if (call.wasRepeated()) {
            requireAlone(id, scope);
          }
          return open.apply(created);
        });
  }

  /**
   * The sandbox in the response to a repeated request may have ended already, and a server that
   * ignores the key has created two.
   */
  private void requireAlone(String id, CallScope scope) {
    ControlPlane asked = api.in(scope);
    asked.info(id);
    deleteOthers(id, new SandboxLists(asked.api()).withNonce(nonce), scope);
  }

  private void deleteOthers(String id, List<String> found, CallScope scope) {
    for (String other : found) {
      if (!other.equals(id)) {
        log.warn("create {}: the platform created {} besides {}", template, other, id);
        CreatedSandboxes.close(other, scope.time(), change -> api.with(change).kill(other));
      }
    }
  }

  private ObjectNode body() {
    SandboxSpec common = spec.common();
    ObjectNode body = spec.json();
    body.put("templateID", template);
    body.put("timeout", ControlPlane.seconds(common.timeToLive()));
    ObjectNode metadata = body.putObject("metadata");
    common.labels().forEach(metadata::put);
    metadata.put(SandboxJson.NONCE_LABEL, nonce);
    if (!common.environment().isEmpty()) {
      ObjectNode environment = body.putObject("envVars");
      Variables.ofSandbox(common.environment()).forEach(environment::put);
    }
    return body;
  }

  private <T> T opened(String id, JsonNode answer, CallScope scope, Function<JsonNode, T> open) {
    try {
      return open.apply(answer);
    } catch (RuntimeException e) {
      throw deleted(id, e, scope);
    }
  }

  private <T> T recover(SandboxException failure, CallScope scope, Function<JsonNode, T> open) {
    if (failure instanceof CancelledException) {
      throw Uninterrupted.repeat(() -> abandoned(failure, scope));
    }
    String id = look(failure, scope);
    log.warn("create {}: {}; it exists as {}", template, failure.getMessage(), id);
    JsonNode sandbox;
    try {
      sandbox = api.in(scope).connect(id, spec.common().timeToLive()).sandbox();
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw deleted(id, failure, scope);
    }
    return opened(id, sandbox, scope, open);
  }

  /** The sandbox's id. An interrupt during the search counts as giving up. */
  private String look(SandboxException failure, CallScope scope) {
    Optional<String> found;
    try {
      found = find(scope);
    } catch (CancelledException e) {
      CancelledException cancelled =
          new CancelledException(failure.failure().withObserved(e.failure().observed()), failure);
      throw Uninterrupted.repeat(() -> abandoned(cancelled, scope));
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(failure, "the list could not be read");
    }
    return found.orElseThrow(() -> unknown(failure, "the list does not show it"));
  }

  /** Deletes a sandbox whose caller gave up. Returns the exception to throw. */
  private RuntimeException abandoned(SandboxException failure, CallScope scope) {
    try {
      return find(CreatedSandboxes.cleanUp(scope))
          .map(id -> deleted(id, failure, scope))
          .orElseGet(() -> lost(failure, "the list does not show it"));
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      return lost(failure, "the list could not be read");
    }
  }

  private RuntimeException lost(SandboxException failure, String observed) {
    log.warn("{} was cancelled, and it is unknown whether it was created: {}", this, observed);
    return unknown(failure, observed);
  }

  /** Asks twice, because the request may still have been in flight the first time. */
  private Optional<String> find(CallScope scope) {
    SandboxLists asked = new SandboxLists(api.in(scope).api());
    List<String> found = asked.withNonce(nonce);
    if (found.isEmpty()) {
      scope.sleep(BETWEEN_LOOKS, Failure.of("create", template, ""));
      found = asked.withNonce(nonce);
    }
    if (found.isEmpty()) {
      return Optional.empty();
    }
    deleteOthers(found.get(0), found, scope);
    return Optional.of(found.get(0));
  }

  private RuntimeException deleted(String id, RuntimeException failure, CallScope scope) {
    return CreatedSandboxes.undo(
        id, failure, () -> api.in(CreatedSandboxes.cleanUp(scope)).kill(id));
  }

  private static SandboxException unknown(SandboxException failure, String observed) {
    return Ambiguity.unknown(failure, "it is unknown whether it was created; " + observed);
  }

  /** The label by which the sandbox can be found. */
  @Override
  public String toString() {
    return template + " (label " + SandboxJson.NONCE_LABEL + "=" + nonce + ")";
  }
}
