package dev.sandpiper.e2b;

import dev.sandpiper.engine.CreatedSandboxes;
import dev.sandpiper.engine.Threads;
import dev.sandpiper.http.HttpTransport;
import java.time.Duration;

/**
 * What the sandboxes of one client share.
 *
 * @param api the control plane, which alone sees the account's key
 * @param dataPlane the way to sandboxes, without any credentials yet
 * @param codec what to speak first with each sandbox
 * @param reattachLimit how long a process's lost connection is tried again; zero for not at all
 * @param created the sandboxes that were created here and not yet closed
 */
record Account(
    ControlPlane api,
    HttpTransport dataPlane,
    SandboxAddresses addresses,
    Threads threads,
    String userAgent,
    Codec codec,
    Duration reattachLimit,
    CreatedSandboxes created) {

  boolean isDebug() {
    return addresses.debug();
  }

  /** False if there was nothing to kill. In debug mode there always is. */
  boolean kill(String id) {
    boolean existed = isDebug() || api.kill(id);
    created.remove(id);
    return existed;
  }
}
