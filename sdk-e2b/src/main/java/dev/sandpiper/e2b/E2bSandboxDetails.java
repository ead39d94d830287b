package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sandpiper.SandboxInfo;
import dev.sandpiper.wire.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * All that E2B reports about one sandbox, without its tokens. Missing values are empty. Immutable.
 */
public final class E2bSandboxDetails {
  private final SandboxInfo common;
  private final JsonNode json;

  E2bSandboxDetails(SandboxInfo common, JsonNode json) {
    this.common = common;
    this.json = json;
  }

  /** The information that all platforms have. */
  public SandboxInfo common() {
    return common;
  }

  /** The id of the template; {@link SandboxInfo#template} may be its alias. */
  public Optional<String> templateId() {
    return Json.text(json, "templateID");
  }

  /** The number of processors. */
  public OptionalLong cpuCount() {
    return SandboxJson.number(json, "cpuCount");
  }

  /** Its memory in MiB. */
  public OptionalLong memoryMegabytes() {
    return SandboxJson.number(json, "memoryMB");
  }

  /** Its disk in MiB. */
  public OptionalLong diskMegabytes() {
    return SandboxJson.number(json, "diskSizeMB");
  }

  /** The version of the daemon that serves commands and files. */
  public Optional<String> envdVersion() {
    return Json.text(json, "envdVersion");
  }

  /** Which state was kept. Only known once the pause is complete. */
  public Optional<E2bPauseMode> pauseMode() {
    return Json.text(json, "pauseMode")
        .flatMap(
            mode ->
                switch (mode) {
                  case "full" -> Optional.of(E2bPauseMode.FULL);
                  case "filesystem" -> Optional.of(E2bPauseMode.FILESYSTEM);
                  default -> Optional.<E2bPauseMode>empty();
                });
  }

  /**
   * True if its daemon did not respond when it was paused, so that it has to be resumed with {@link
   * E2bResumeMode#REBOOT}.
   */
  public boolean wasUnresponsiveAtPause() {
    return json.path("envdUnresponsiveAtPause").asBoolean(false);
  }

  /** What happens to it at the end of its time to live. */
  public Optional<E2bOnTimeout> onTimeout() {
    return Json.text(json.path("lifecycle"), "onTimeout")
        .flatMap(
            action ->
                switch (action) {
                  case "kill" -> Optional.of(E2bOnTimeout.KILL);
                  case "pause" -> Optional.of(E2bOnTimeout.PAUSE);
                  default -> Optional.<E2bOnTimeout>empty();
                });
  }

  /** Whether requests resume it once it is paused. */
  public Optional<Boolean> autoResume() {
    return SandboxJson.flag(json.path("lifecycle"), "autoResume");
  }

  /** Whether it can reach the internet. */
  public Optional<Boolean> internetAccess() {
    return SandboxJson.flag(json, "allowInternetAccess");
  }

  /** Its network rules as E2B's JSON, without passwords. */
  public Optional<String> network() {
    if (!(json.path("network") instanceof ObjectNode rules) || rules.isEmpty()) {
      return Optional.empty();
    }
    ObjectNode shown = rules.deepCopy();
    if (shown.path("egressProxy") instanceof ObjectNode proxy) {
      proxy.remove("password");
    }
    return Optional.of(shown.toString());
  }

  /** Its domain. Unknown while it is paused. */
  public Optional<String> domain() {
    return Json.text(json, "domain");
  }

  /** The names of its volumes by mount path. */
  public Map<String, String> volumes() {
    Map<String, String> volumes = new LinkedHashMap<>();
    for (JsonNode mount : json.path("volumeMounts")) {
      Json.text(mount, "path")
          .ifPresent(path -> volumes.put(path, Json.text(mount, "name").orElse("")));
    }
    return volumes;
  }

  @Override
  public String toString() {
    return "E2bSandboxDetails[" + common + "]";
  }
}
