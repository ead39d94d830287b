package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.CancelledException;
import dev.sandpiper.Failure;
import dev.sandpiper.SandboxException;
import dev.sandpiper.SandboxFilter;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.SandboxSpec;
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
    try {
      return opened(api.create(template, body()), open);
    } catch (SandboxException e) {
      if (!Ambiguity.mayHaveStarted(e)) {
        throw e;
      }
      return recover(e, open);
    }
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
      common.environment().forEach(environment::put);
    }
    return body;
  }

  private <T> T opened(JsonNode answer, Function<JsonNode, T> open) {
    try {
      return open.apply(answer);
    } catch (RuntimeException e) {
      ApiErrors.text(answer, "sandboxID").ifPresent(id -> delete(id, e));
      throw e;
    }
  }

  private <T> T recover(SandboxException failure, Function<JsonNode, T> open) {
    boolean interrupted = Thread.interrupted();
    try {
      Optional<String> found = look(failure);
      if (found.isEmpty()) {
        throw failure;
      }
      log.warn("create {}: {}; it exists as {}", template, failure.getMessage(), found.get());
      if (failure instanceof CancelledException) {
        delete(found.get(), failure);
        throw failure;
      }
      return adopt(found.get(), failure, open);
    } catch (InterruptedException e) {
      interrupted = true;
      throw new CancelledException(unknown(failure), failure);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private <T> T adopt(String id, SandboxException failure, Function<JsonNode, T> open) {
    try {
      return opened(api.connect(id, spec.common().timeToLive()).sandbox(), open);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      delete(id, failure);
      throw failure;
    }
  }

  /** Twice, because the request may still have been on its way. */
  private Optional<String> look(SandboxException failure) throws InterruptedException {
    try {
      Optional<String> found = find();
      if (found.isEmpty()) {
        TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
        found = find();
      }
      return found;
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      log.warn("create {}: whether it exists cannot be known: {}", template, e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<String> find() {
    SandboxFilter filter = SandboxFilter.all().label(SandboxJson.NONCE_LABEL, nonce);
    return api.page(filter, null).items().stream().map(SandboxInfo::id).findFirst();
  }

  private void delete(String id, RuntimeException failure) {
    try {
      api.kill(id);
    } catch (SandboxException e) {
      failure.addSuppressed(e);
      log.warn("sandbox {} was created, cannot be used and could not be killed: {}", id, e);
    }
  }

  private Failure unknown(SandboxException failure) {
    return failure
        .failure()
        .withObserved("whether it was created cannot be known; " + failure.failure().observed());
  }
}
