package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.InvalidRequestException;
import dev.sandpiper.PlatformException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.blaxel.account.ControlPlane;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.blaxel.server.Waits;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.http.Backoff;
import dev.sandpiper.http.CallScope;
import dev.sandpiper.http.Uninterrupted;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates one sandbox, once. One of its labels is a nonce, the only proof that this call created
 * it. If it is unknown after a failure whether the sandbox exists, it is searched for by the
 * caller's name or the external id, and adopted, or deleted if the caller gave up or it cannot be
 * used. A sandbox without the nonce is never deleted.
 */
final class Creation {
  private static final Logger log = LoggerFactory.getLogger(Creation.class);
  private static final int GATEWAY_TIMEOUT = 504;

  private final ControlPlane api;
  private final BlaxelSandboxSpec spec;
  private final JsonNode body;
  private final Waits waits;
  private final boolean ifAbsent;
  private final String nonce = Nonce.random();
  private final String subject;

  /**
   * @param region the region if the spec has none
   * @param ifAbsent whether an existing sandbox of this name is accepted
   */
  Creation(
      ControlPlane api,
      BlaxelSandboxSpec spec,
      @Nullable String region,
      Waits waits,
      boolean ifAbsent) {
    this.api = api;
    this.spec = spec;
    this.waits = waits;
    this.ifAbsent = ifAbsent;
    this.body = CreationMessage.of(spec, region, nonce);
    this.subject = spec.name().or(spec.common()::template).orElse("sandbox");
  }

  /**
   * Creates the sandbox and opens it.
   *
   * @param scope if it is cancelled, the sandbox is deleted if this call created it
   * @param open opens the sandbox of the record; if that fails, the sandbox is deleted if this call
   *     created it
   */
  <T> T create(CallScope scope, Function<JsonNode, T> open) {
    JsonNode sandbox = post(scope);
    try {
      return open.apply(sandbox);
    } catch (RuntimeException e) {
      throw isOurs(sandbox) ? deleted(SandboxJson.name(sandbox), e, scope) : e;
    }
  }

  /** True if this call created the sandbox; false if it existed before. */
  boolean isOurs(JsonNode sandbox) {
    return SandboxJson.hasNonce(sandbox, nonce);
  }

  private JsonNode post(CallScope scope) {
    Backoff conflicts = waits.within(waits.conflict(), scope);
    boolean overDead = false;
    while (true) {
      try {
        JsonNode answer = api.in(scope).create(subject, body, ifAbsent || overDead);
        if (!ifAbsent && overDead && !isOurs(answer)) {
          throw new InvalidRequestException(
              failure("a sandbox of this name has come meanwhile").withStatus(409));
        }
        return answer;
      } catch (InvalidRequestException e) {
        Optional<JsonNode> standing = standing(e, conflicts, scope);
        if (standing.isPresent() && !SandboxJson.isDead(standing.get())) {
          return standing.get();
        }
        overDead = standing.isPresent();
      } catch (SandboxException e) {
        if (!Ambiguity.mayHaveStarted(e)) {
          throw e;
        }
        return Uninterrupted.get(() -> recover(e, scope));
      }
    }
  }

  /**
   * The sandbox that has the name, if it may be used or has ended. Empty once the name is free.
   *
   * @throws InvalidRequestException if it is running and must not be used, or is not deleted in
   *     time
   */
  private Optional<JsonNode> standing(
      InvalidRequestException conflict, Backoff conflicts, CallScope scope) {
    if (conflict.status().orElse(0) != 409 || spec.name().isEmpty()) {
      throw conflict;
    }
    Optional<JsonNode> found;
    do {
      scope.sleep(conflicts.next(), failure(""));
      found = api.in(scope).find(spec.name().get());
    } while (found.filter(SandboxJson::isDying).isPresent() && conflicts.hasTime());
    if (found.filter(SandboxJson::isAlive).isPresent()) {
      if (ifAbsent) {
        return found;
      }
      throw conflict;
    }
    if (!conflicts.hasTime()) {
      String status = found.map(SandboxJson::status).orElse("on its way");
      throw new InvalidRequestException(
          conflict
              .failure()
              .withObserved(
                  conflict.failure().observed() + "; the one in the way is still " + status),
          conflict);
    }
    return found;
  }

  private JsonNode recover(SandboxException failure, CallScope scope) {
    if (failure instanceof CancelledException) {
      throw Uninterrupted.repeat(() -> abandoned(failure, scope));
    }
    JsonNode sandbox;
    try {
      sandbox = look(failure, scope);
    } catch (CancelledException e) {
      CancelledException cancelled =
          new CancelledException(failure.failure().withObserved(e.failure().observed()), failure);
      throw Uninterrupted.repeat(() -> abandoned(cancelled, scope));
    }
    log.warn(
        "create {}: {}; it exists as {}", subject, failure.getMessage(), SandboxJson.name(sandbox));
    return sandbox;
  }

  /** Waits until it is deployed, which may continue for minutes after the gateway's timeout. */
  private JsonNode look(SandboxException failure, CallScope scope) {
    boolean cutByGateway = failure.status().orElse(0) == GATEWAY_TIMEOUT;
    Backoff backoff = waits.within(cutByGateway ? waits.creation() : waits.lookup(), scope);
    Optional<JsonNode> found = Optional.empty();
    String observed = "the platform does not show it";
    do {
      scope.sleep(backoff.next(), failure(""));
      try {
        found = find(api.in(scope));
        observed = found.isEmpty() ? "the platform does not show it" : "";
      } catch (CancelledException e) {
        throw e;
      } catch (SandboxException e) {
        failure.addSuppressed(e);
        observed = "the platform could not be queried";
      }
      if (found.isPresent() && isSettled(found.get(), failure, scope)) {
        return found.get();
      }
    } while (backoff.hasTime());
    if (found.isPresent()) {
      throw deleted(SandboxJson.name(found.get()), failure, scope);
    }
    throw unknown(failure, observed);
  }

  /** True if it can be used; false if it may be usable later. */
  private boolean isSettled(JsonNode sandbox, SandboxException failure, CallScope scope) {
    if (!isOurs(sandbox)) {
      if (ifAbsent && SandboxJson.isAlive(sandbox)) {
        return true;
      }
      throw failure; // another sandbox has the name, so this call created none
    }
    if (SandboxJson.isDead(sandbox)) {
      String status = SandboxJson.status(sandbox) + SandboxJson.errors(sandbox);
      PlatformException failed =
          new PlatformException(
              failure("it was created and is " + status).withRetryable(false), failure);
      throw deleted(SandboxJson.name(sandbox), failed, scope);
    }
    return SandboxJson.status(sandbox).equals("DEPLOYED");
  }

  private Optional<JsonNode> find(ControlPlane asked) {
    if (spec.name().isPresent()) {
      return asked.find(spec.name().get());
    }
    return asked.withExternalId(spec.externalId().orElse(nonce)).stream()
        .filter(this::isOurs)
        .findFirst();
  }

  /** Deletes a sandbox whose caller gave up. Returns the exception to throw. */
  private RuntimeException abandoned(SandboxException failure, CallScope call) {
    try {
      CallScope scope = CreatedSandboxes.cleanUp(call);
      Optional<JsonNode> found = find(api.in(scope));
      if (found.isEmpty()) {
        scope.sleep(waits.first(), failure(""));
        found = find(api.in(scope));
      }
      return found
          .map(one -> isOurs(one) ? deleted(SandboxJson.name(one), failure, scope) : failure)
          .orElseGet(() -> lost(failure, "the platform does not show it"));
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      return lost(failure, "the platform could not be queried");
    }
  }

  private RuntimeException lost(SandboxException failure, String observed) {
    log.warn("{} was cancelled, and it is unknown whether it was created: {}", this, observed);
    return unknown(failure, observed);
  }

  private RuntimeException deleted(String name, RuntimeException failure, CallScope scope) {
    return CreatedSandboxes.undo(
        name, failure, () -> api.in(CreatedSandboxes.cleanUp(scope)).delete(name));
  }

  private Failure failure(String observed) {
    return Failure.of("create", subject, observed);
  }

  private static SandboxException unknown(SandboxException failure, String observed) {
    return Ambiguity.unknown(failure, "it is unknown whether it was created; " + observed);
  }

  /** The name or external id by which the sandbox can be found. */
  @Override
  public String toString() {
    return subject + " (label " + SandboxJson.NONCE_LABEL + "=" + nonce + ")";
  }
}
