package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxSpec;
import dev.sandpiper.engine.Nonce;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.http.Ambiguity;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates one sandbox, once. It carries a nonce among its labels; after a failure that leaves open
 * whether it exists, the list is asked for that nonce, twice, and what is found is adopted, or
 * deleted if the caller gave up or it cannot be used.
 */
final class Creation {
  private static final Logger log = LoggerFactory.getLogger(Creation.class);
  private static final String DEFAULT_TEMPLATE = "base";
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final ControlPlane api;
  private final E2bSandboxSpec spec;
  private final String nonce = Nonce.random();
  private final String template;

  Creation(ControlPlane api, E2bSandboxSpec spec) {
    this.api = api;
    this.spec = spec;
    this.template = spec.common().template().orElse(DEFAULT_TEMPLATE);
  }

  /**
   * Creates the sandbox and opens it.
   *
   * @param open makes of E2B's answer something to use; if that fails, the sandbox is deleted
   */
  <T> T create(Function<JsonNode, T> open) {
    JsonNode answer;
    try {
      answer = api.create(template, body());
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e)) {
        throw e;
      }
      return recover(e, open);
    }
    return opened(SandboxJson.required(answer, "sandboxID"), answer, open);
  }

  private ObjectNode body() {
    SandboxSpec common = spec.common();
    ObjectNode body = Json.object();
    body.put("templateID", template);
    body.put("timeout", ControlPlane.seconds(common.timeToLive()));
    body.put("secure", spec.isSecure());
    body.put("allow_internet_access", spec.hasInternetAccess());
    ObjectNode metadata = body.putObject("metadata");
    common.labels().forEach(metadata::put);
    metadata.put(SandboxJson.NONCE_LABEL, nonce);
    if (!common.environment().isEmpty()) {
      ObjectNode environment = body.putObject("envVars");
      Variables.ofSandbox(common.environment()).forEach(environment::put);
    }
    return body;
  }

  private <T> T opened(String id, JsonNode answer, Function<JsonNode, T> open) {
    try {
      return open.apply(answer);
    } catch (RuntimeException e) {
      delete(id, e);
      throw e;
    }
  }

  private <T> T recover(SandboxException failure, Function<JsonNode, T> open) {
    boolean interrupted = Thread.interrupted();
    try {
      String id = look(failure);
      log.warn("create {}: {}; it exists as {}", template, failure.getMessage(), id);
      if (failure instanceof CancelledException) {
        throw deleted(id, failure);
      }
      return adopt(id, failure, open);
    } catch (InterruptedException e) {
      interrupted = true;
      SandboxException unknown = unknown(failure, "its thread was interrupted");
      throw new CancelledException(unknown.failure(), failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T adopt(String id, SandboxException failure, Function<JsonNode, T> open) {
    JsonNode sandbox;
    try {
      sandbox = api.connect(id, spec.common().timeToLive()).sandbox();
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw deleted(id, failure);
    }
    return opened(id, sandbox, open);
  }

  /** Asks twice, because the request may still have been on its way. */
  private String look(SandboxException failure) throws InterruptedException {
    Optional<String> found;
    try {
      found = api.withNonce(nonce);
      if (found.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        found = api.withNonce(nonce);
      }
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      throw unknown(failure, "the list could not be read");
    }
    return found.orElseThrow(() -> unknown(failure, "the list does not show it"));
  }

  /** Deletes the sandbox. Returns what to throw, which says so if it could not be deleted. */
  private SandboxException deleted(String id, SandboxException failure) {
    return delete(id, failure)
        ? failure
        : Ambiguity.unknown(failure, "it exists as " + id + " and could not be killed");
  }

  private boolean delete(String id, RuntimeException failure) {
    try {
      api.kill(id);
      return true;
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      log.warn(
          "sandbox {} was created, is not used and could not be killed: {}", id, e.getMessage());
      return false;
    }
  }

  private static SandboxException unknown(SandboxException failure, String observed) {
    return Ambiguity.unknown(failure, "whether it was created cannot be known; " + observed);
  }
}
