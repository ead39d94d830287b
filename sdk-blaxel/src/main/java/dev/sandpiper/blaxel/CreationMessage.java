package dev.sandpiper.blaxel;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.blaxel.BlaxelSandboxSpec.Expiration;
import dev.sandpiper.blaxel.account.SandboxJson;
import dev.sandpiper.engine.Variables;
import dev.sandpiper.wire.Json;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The request to Blaxel's API for a new sandbox. */
final class CreationMessage {
  private static final String DEFAULT_IMAGE = "blaxel/base-image:latest";
  private static final int DEFAULT_MEMORY = 4096;

  private CreationMessage() {}

  static ObjectNode of(BlaxelSandboxSpec spec, @Nullable String region, String nonce) {
    ObjectNode sandbox = Json.object();
    ObjectNode metadata = sandbox.putObject("metadata");
    spec.name().ifPresent(name -> metadata.put("name", name));
    spec.displayName().ifPresent(text -> metadata.put("displayName", text));
    if (spec.name().isEmpty() || spec.externalId().isPresent()) {
      metadata.put("externalId", spec.externalId().orElse(nonce));
    }
    ObjectNode labels = metadata.putObject("labels");
    spec.common().labels().forEach(labels::put);
    labels.put(SandboxJson.NONCE_LABEL, nonce);
    ObjectNode body = sandbox.putObject("spec");
    spec.region().or(() -> Optional.ofNullable(region)).ifPresent(name -> body.put("region", name));
    putRuntime(body.putObject("runtime"), spec);
    spec.network().ifPresent(network -> body.set("network", network));
    for (BlaxelSandboxSpec.Volume volume : spec.volumes()) {
      body.withArray("volumes")
          .addObject()
          .put("name", volume.name())
          .put("mountPath", volume.mountPath())
          .put("readOnly", volume.readOnly());
    }
    for (Expiration rule : spec.expirations()) {
      put(body.withObject("/lifecycle").withArray("expirationPolicies").addObject(), rule);
    }
    return sandbox;
  }

  private static void put(ObjectNode policy, Expiration rule) {
    if (rule instanceof Expiration.Idle idle) {
      policy.put("type", "ttl-idle").put("value", BlaxelSandboxSpec.seconds(idle.time()));
    } else if (rule instanceof Expiration.Age age) {
      policy.put("type", "ttl-max-age").put("value", BlaxelSandboxSpec.seconds(age.time()));
    } else if (rule instanceof Expiration.Date date) {
      policy.put("type", "date").put("value", date.moment().toString());
    }
    policy.put("action", "delete");
  }

  private static void putRuntime(ObjectNode runtime, BlaxelSandboxSpec spec) {
    runtime.put("image", spec.common().template().orElse(DEFAULT_IMAGE));
    runtime.put("memory", spec.memoryMegabytes().orElse(DEFAULT_MEMORY));
    if (!spec.livesOn()) {
      runtime.put("ttl", BlaxelSandboxSpec.seconds(spec.common().timeToLive()));
    }
    for (BlaxelSandboxSpec.Port port : spec.ports()) {
      ObjectNode sent =
          runtime
              .withArray("ports")
              .addObject()
              .put("target", port.number())
              .put("protocol", port.protocol().name());
      port.name().ifPresent(name -> sent.put("name", name));
    }
    Variables.ofSandbox(spec.variables())
        .forEach((name, value) -> variable(runtime, name, value, spec.secrets()));
  }

  private static void variable(
      ObjectNode runtime, String name, String value, Map<String, String> secrets) {
    ObjectNode sent = runtime.withArray("envs").addObject().put("name", name).put("value", value);
    if (Variables.asked(Map.of(name, value)).keySet().stream().anyMatch(secrets::containsKey)) {
      sent.put("secret", true);
    }
  }
}
