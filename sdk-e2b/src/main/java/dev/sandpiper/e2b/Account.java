package dev.sandpiper.e2b;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sandpiper.Failure;
import dev.sandpiper.WireFormatException;
import dev.sandpiper.e2b.connect.Codec;
import dev.sandpiper.e2b.envd.EnvdVersion;
import dev.sandpiper.e2b.envd.SandboxAccess;
import dev.sandpiper.engine.BackgroundThreads;
import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.http.HttpRequest;
import dev.sandpiper.http.HttpTransport;
import dev.sandpiper.wire.Json;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * The state that the sandboxes of one client share.
 *
 * @param api the control plane, the only one to receive the account's key
 * @param dataPlane the transport to sandboxes, without any credentials yet
 * @param codec the codec to try first with each sandbox
 * @param reattachLimit how long to reconnect to a process whose connection was lost; zero disables
 *     it
 * @param created the sandboxes that this client created and that are not closed yet
 * @param domain the domain of sandboxes, unless the platform reports another
 */
record Account(
    ControlPlane api,
    HttpTransport dataPlane,
    SandboxAddresses addresses,
    BackgroundThreads threads,
    String userAgent,
    Codec codec,
    Duration reattachLimit,
    CreatedSandboxes created,
    String domain) {

  /** How to reach the sandbox that a response describes. */
  SandboxAccess access(JsonNode answer) {
    try {
      String id = SandboxJson.required(answer, "sandboxID");
      String own = Json.text(answer, "domain").map(E2bSettings::domain).orElse(domain);
      return new SandboxAccess(
          id,
          own,
          EnvdVersion.parse(SandboxJson.required(answer, "envdVersion")),
          addresses.envd(id, own),
          Json.text(answer, "envdAccessToken").orElse(null),
          Json.text(answer, "trafficAccessToken").orElse(null));
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(
          Failure.of("connect", "sandbox", "malformed response of E2B: " + e.getMessage()), e);
    }
  }

  boolean isDebug() {
    return addresses.debug();
  }

  /** False if there was nothing to kill. In debug mode there always is. */
  boolean kill(String id) {
    return kill(id, UnaryOperator.identity());
  }

  /**
   * {@link #kill(String)}.
   *
   * @param change applied to the request before it is sent
   */
  boolean kill(String id, UnaryOperator<HttpRequest> change) {
    boolean existed = isDebug() || api.with(change).kill(id);
    created.remove(id);
    return existed;
  }
}
